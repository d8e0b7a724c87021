/** A test that shows an outcome: its file below test/, its name as it is written there, and where it has rows, one. */
export type Shown = readonly [file: string, test: string, row?: string];

export interface Input {
  readonly input: string;
  readonly outcome: string;
  readonly shown: Shown;
}

const input = (text: string, outcome: string, ...shown: Shown): Input => ({ input: text, outcome, shown });

const recorded = 'first-contact/recorded';
const answers = 'first-contact/open-edx-answers';
const fields = 'first-contact/odd-fields';
const wayOut = 'first-contact/odd-fields-on-the-way-out';
const files = 'enrolments/excel-files';
const retries = 'http/retries';
const timing = 'http/retry-timing';
const served = 'api/served-document';
const delivered = '%s with %j is delivered';
const costs = '%s with %j costs itself, with the reason';
const pages = 'a page of %s as %j';

/** What real systems and people were found to send, by the kind of fault that it was, and what is to come of it. */
export const faults: Readonly<Record<string, readonly Input[]>> = {
  'the address in a link to the next page': [
    input(
      'http for https',
      'the page is read',
      answers,
      'the next page is taken from a link',
      'http for https',
    ),
    input('another host', 'the page is read', answers, 'the next page is taken from a link', 'another host'),
    input('another port', 'the page is read', answers, 'the next page is taken from a link', 'another port'),
    input('a relative path', 'the page is read', answers, 'the next page is taken from a link', 'a path'),
    input(
      'the recorded answers of a real server',
      '2 courses arrive, 6 results are skipped',
      recorded,
      'as they are, two courses arrive and six results are skipped for want of an address',
    ),
  ],
  'counts taken for promises': [
    input('200 courses of 205 counted, page 3 is 404', 'all 200 arrive', answers, '200 visible of 205'),
    input(
      'a next page that is 404, at any source',
      'the end, and a note',
      'first-contact/absent-pages',
      '%s, %s: %s',
      '/progress/course/',
    ),
    input(
      'the same on the way out',
      'nothing is written',
      'first-contact/absent-pages',
      'Khalibre: nobody is booked',
    ),
    input('a count that disagrees', 'a note', recorded, 'the promise of a page that is absent is noted'),
    input(
      '944 grades counted, 6 given',
      'those arrive; a note',
      recorded,
      'with fewer rows than are counted',
    ),
    input(
      'a grade counted while rows move',
      'nothing is lost',
      'sync/short-window',
      'no row that stays is lost',
    ),
    input(
      'a listing that counts more than it gives',
      'deletes nothing',
      'sync/catalog-guard',
      'a listing that counts more than it gives deletes nothing and says so',
    ),
  ],
  'two rows, one record': [
    input('passed and in progress, in two ways of writing', 'passed goes out', answers, '%s', 'on one page'),
    input('the same on two pages', 'passed goes out', answers, '%s', 'on two pages, the other way round'),
    input('two accounts, forty times', 'one record each', answers, 'so it is with many accounts among many'),
  ],
  'one odd answer': [
    input(
      'a page of HTML with 200',
      'tried again',
      'api/pauses',
      'a run gets over one %s among its pages',
      'maintenance-page',
    ),
    input('raw gzip', 'is read', 'api/pauses', 'a run gets over %s', 'gzip-unsaid'),
    input(
      'HTML to the first call of another worker',
      'the work tries later',
      'sync/odd-answers',
      'a page at %s is tried again later',
    ),
    input('the same for some tries', 'the work tries later', retries, 'say the same after a few odd answers'),
    input(
      'HTML to the very first call',
      'a wrong address, at once',
      'first-contact/bad-input',
      '$what fails the run',
      'HTML instead of JSON',
    ),
  ],
  'absurd waits': [
    input('a Unix time', 'is a time', timing, 'reads %j', 'String(now / 1000 + 90)'),
    input('the year 9999', 'is not believed', timing, 'does not believe %j', 'Fri, 31 Dec 9999'),
    input('a pause', 'is logged, shown, and ended', 'api/pauses', 'a pause is logged, listed and shown'),
  ],
  'everything skipped': [
    input('300 of 300 without an address', 'partial, with what to set', answers, '%s', 'no addresses'),
    input('skips by reason', 'in the metrics', 'metrics/metrics', 'tell why rows were skipped'),
  ],
  'a late tick': [
    input('2 o’clock at 15 o’clock', 'has the name of 2 o’clock', 'sync/tick', '%s', 'past due, after hours'),
    input('the next tick', 'starts its run', 'sync/tick', 'that is hours late leaves the next one its run'),
  ],
  'numbers as people write them': [
    input('1.0000000000000002', '1', fields, delivered, 'percent: 1.0000000000000002'),
    input('"0.5"', '0.5', fields, delivered, "percent: '0.5'"),
    input('"45%"', '0.45', fields, delivered, "percent: '45%'"),
    input('45 where 0 to 1 is meant', 'quarantine, with the reason', fields, costs, 'percent: 45'),
    input('"0,500" and "1e-3"', 'are read', fields, delivered, "percent: '1e-3'"),
    input('4500 of a hundred', 'left out, noted', fields, delivered, 'percent_complete: 4500'),
  ],
  'the OpenAPI document': [
    input('components', 'are no references to themselves', served, 'no schema is a reference to itself'),
    input('Redocly', 'finds no error', served, 'Redocly finds no error'),
    input('a generated client', 'compiles and works', served, 'a client that is generated from it compiles'),
    input('swagger.json', 'is valid Swagger 2.0', served, 'is valid, and Redocly finds no error'),
  ],
  'files as Excel writes them': [
    input('semicolons', 'are read', files, '%s', 'semicolons'),
    input('tabs', 'are read', files, '%s', 'tabs'),
    input('UTF-16', 'is read', files, '%s', 'UTF-16, as “Unicode Text” is saved'),
    input('Windows-1252', 'is read', files, '%s', 'Windows-1252'),
    input('a last line of ,,', 'is none', files, '%s', 'a last line of commas'),
    input('Course ID and E-Mail', 'are known', files, '%s', 'other names in the header'),
    input('jörg@bücher.example', 'is an address', files, 'the address %s is one', 'jörg@bücher.example'),
    input('a guest’s address', 'is one', files, 'the address %s is one', '#EXT#@contoso'),
    input('what is ambiguous', 'is refused, with the line', files, '%s is refused, with the line'),
  ],
  'addresses that lead astray': [
    input('a tampered next', '400', 'api/next', 'a tampered next of /%s is refused'),
    input('another Host', '421', 'local/host-header', 'the local host asked as %s', 'rebound.example.com'),
  ],
  'a decorative field': [
    input('featuredImageUrl: false', 'delivered', fields, delivered, 'featuredImageUrl: false'),
    input('instructions: []', 'delivered', fields, delivered, 'instructions: []'),
    input('categories: {"0": 3, "2": 5}', 'read', fields, delivered, 'categories: { 0: 3, 2: 5 }'),
    input('one bad element', 'the others are read', fields, delivered, 'categories: { 0: 3, 2: {} }'),
    input('estimatedCompletion: "2,5"', 'read', fields, delivered, "estimatedCompletion: '2,5'"),
    input('percent_complete: "N/A"', 'nothing', fields, delivered, "percent_complete: 'N/A'"),
    input('percent_complete: "-"', 'nothing', fields, delivered, "percent_complete: '-'"),
    input('percent_complete: "85 %"', 'read', fields, delivered, "percent_complete: '85 %'"),
    input('languages: "en"', 'read', fields, delivered, "languages: 'en'"),
    input('languages: [null, "en"]', 'read', fields, delivered, "languages: [null, 'en']"),
    input('bannerUrl: {}', 'nothing', fields, delivered, 'bannerUrl: {}'),
    input('startDate: 1700000000000', 'read', fields, delivered, 'startDate: 1_700_000_000_000'),
    input('totalActivity: "5"', 'read', fields, delivered, "totalActivity: '5'"),
    input('0000-00-00 00:00:00', 'nothing, without a note', fields, delivered, 'completed_on: '),
    input('records: {"0": …, "2": …}', 'read', fields, pages, 'records: { 0: { id: 1 }, 2: { id: 2 } }'),
    input('records: null', 'an empty page', fields, pages, 'records: null }'),
    input('no empty list', 'an empty page', fields, pages, "recordsTotal: '0'"),
    input('the id, whose it is, the status', 'cost the record', fields, costs, 'status: { code: 2 }'),
    input('all of it in a sync', 'one note a field', fields, 'the same through a whole sync'),
    input(
      'Khalibre, before a booking',
      'one booking',
      wayOut,
      'shows that the learner is booked',
      "community: 'none'",
    ),
    input(
      'Academy of Mine, before an enrolment',
      'one',
      wayOut,
      'is enrolled once',
      "percent_complete: 'most'",
    ),
    input('Academy of Mine, its users', 'all', wayOut, 'all users are listed', "is_disabled: 'perhaps'"),
    input('T-book, enrol and remove', 'done', wayOut, 'is enrolled, read and removed', "entity: 'none'"),
    input('a PHP warning', 'is an odd answer', 'api/pauses', 'a run gets over one %s', 'php-warning'),
  ],
  'text of any length': [
    input('a date of 100,000 blanks', 'none, at once', 'sources/khalibre/map', '100_000'),
    input('the same elsewhere', 'read at once', 'first-contact/long-text', 'however long the text'),
  ],
  'answers misread': [
    input(
      '200 {"error": "not_found"} of T-book',
      'a refusal',
      'sources/t-book/enrolments',
      'a 200 that says no',
    ),
    input('408, 423 and 425', 'tried again', answers, 'a call that meets %s is made again'),
    input('403 with Retry-After', 'waited for', retries, 'wait after 403 with Retry-After'),
    input(
      'a POST after 503 with Retry-After',
      'not repeated',
      retries,
      'spare a POST that may not be repeated',
    ),
    input('a host that stops', 'says so', 'enrolments/batch', 'a host that is stopping says so'),
    input('a host that dies', 'is waited for', 'enrolments/dead-host', 'the next call for the learner waits'),
  ],
  'ends without a word': [
    input('page 2 of 5 is empty', 'the scan fails and says so', answers, 'an empty page among those'),
    input(
      'a page whose only course is 404 by its id',
      'costs itself',
      'sources/academy-of-mine/academy-of-mine',
      'a page whose only course is not found by its id',
    ),
    input('a row that cannot be purged', 'costs itself', 'sync/interleavings', 'a row that cannot be purged'),
  ],
  'settings that ask too much': [
    input('T-book without sourceSystemId', 'is fine', 'settings/source-number', "read('t-book')"),
    input(
      'a lone source with wrong settings',
      '/health is 200',
      'api/health',
      'a lone source with wrong settings',
    ),
  ],
};
