import type { Sandbox } from './sandbox';

/** A learning platform, for the person who watches. */
export interface SourceShown {
  readonly name: string;
  readonly url: string;
  /** What it has, in a few words. */
  readonly has: string;
}

export interface DestinationShown {
  /** As the settings name it. */
  readonly id: string;
  readonly name: string;
  readonly url: string;
  /** What has arrived so far. */
  readonly got: string;
  /** Where the newest of it can be looked at. */
  readonly view: string;
}

/** The learning platforms that run. */
export function sourcesShown({ openEdx, khalibre, academy, tBook }: Sandbox): SourceShown[] {
  const { courses, grades } = openEdx.state;
  const shown = [
    { name: 'Open edX', url: openEdx.url, has: `${courses.size} courses, ${grades.size} results` },
  ];
  if (khalibre)
    shown.push({
      name: 'Khalibre',
      url: khalibre.url,
      has: `${khalibre.state.courses.size} courses, ${khalibre.state.progress.length} results; sends webhooks`,
    });
  if (academy)
    shown.push({
      name: 'Academy of Mine',
      url: academy.url,
      has: `${academy.state.courses.size} courses, ${academy.state.enrolments.size} results; sends webhooks`,
    });
  if (tBook)
    shown.push({
      name: 'T-book',
      url: tBook.url,
      has: `${tBook.state.learners.size} learners; publishes no courses or results`,
    });
  return shown;
}

/** Where records go, and what is there by now. */
export function destinationsShown({ ldServices, lrs, webhookReceiver, graph }: Sandbox): DestinationShown[] {
  const { catalog, consumption } = ldServices.state;
  const shown = [
    {
      id: 'ld',
      name: 'L&D services',
      url: ldServices.url,
      got: `${catalog.size} courses, ${consumption.size} results`,
      view: `${ldServices.url}/_sandbox/records/consumption?limit=5`,
    },
  ];
  if (lrs)
    shown.push({
      id: 'lrs',
      name: 'Learning Record Store',
      url: lrs.url,
      got: `${lrs.state.results} results, in ${lrs.state.statements.size} statements`,
      view: `${lrs.server.url}/_sandbox/statements?limit=5`,
    });
  if (webhookReceiver) {
    const { state, server, url } = webhookReceiver;
    const verified = state.calls.filter(({ events }) => events > 0).length;
    shown.push({
      id: 'webhook',
      name: 'Webhook receiver',
      url,
      got: `${state.courses.size} courses, ${state.progress.size} results, in ${verified} calls whose signature was verified`,
      view: `${server.url}/_sandbox/events?limit=5`,
    });
  }
  if (graph)
    shown.push({
      id: 'viva',
      name: 'Viva Learning',
      url: graph.url,
      got: `${graph.state.contents.size} courses, ${graph.state.activities.size} results`,
      view: `${graph.server.url}/_sandbox/activities?limit=5`,
    });
  return shown;
}
