/** Names at the end the tests that passed only when they were tried once more (see retry-in-ci.ts). */
module.exports = class NameRetried {
  onRunComplete(_contexts, { testResults }) {
    const retried = testResults.flatMap(({ testFilePath, testResults: tests }) =>
      tests
        .filter(({ invocations = 1, status }) => invocations > 1 && status === 'passed')
        .map(({ fullName }) => `  ${testFilePath}: ${fullName}`),
    );
    if (retried.length > 0) console.log(`Tried again, and passed:\n${retried.join('\n')}`);
  }
};
