// Checks queries of Log Analytics with Kusto's own language service: a JSON array of texts on standard input, what is
// wrong with each on standard output. Tables and columns are those that workspace-based Application Insights writes.
require('@kusto/language-service-next/bridge.min.js');
require('@kusto/language-service-next/Kusto.Language.Bridge.min.js');
const { GlobalState, KustoCode, Symbols } = globalThis.Kusto.Language;

const tables = {
  AppTraces:
    'TimeGenerated: datetime, Message: string, SeverityLevel: int, Properties: dynamic, OperationId: string, OperationName: string, AppRoleName: string, AppRoleInstance: string',
  AppExceptions:
    'TimeGenerated: datetime, OuterMessage: string, ProblemId: string, OperationId: string, OperationName: string, AppRoleInstance: string',
  AppRequests:
    'TimeGenerated: datetime, Name: string, Success: bool, ResultCode: string, DurationMs: real, OperationId: string, AppRoleInstance: string',
};
const symbols = Object.entries(tables).map(([name, columns]) =>
  Symbols.TableSymbol.From(`(${columns})`).WithName(name),
);
const globals = GlobalState.Default.WithDatabase(new Symbols.DatabaseSymbol.$ctor1('workspace', symbols));

let input = '';
process.stdin.on('data', (chunk) => (input += chunk));
process.stdin.on('end', () => {
  const faults = JSON.parse(input).map((query) => {
    const found = KustoCode.ParseAndAnalyze(query, globals).GetDiagnostics();
    return Array.from({ length: found.Count }, (_, i) => found.getItem(i))
      .filter(({ Severity }) => Severity === 'Error')
      .map(({ Message }) => Message);
  });
  process.stdout.write(JSON.stringify(faults));
});
