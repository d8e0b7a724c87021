import { random } from './data/random';

/** Every way in which a pocket system can go wrong on request; `fault-answers.ts` says what each looks like. */
export const faultKinds = [
  '429-seconds',
  '429-date',
  '429',
  '429-unix',
  '403-quota',
  '404',
  '408',
  '423',
  '425',
  '500',
  '502-html',
  '503-seconds',
  '503',
  'reset-before',
  'reset-in-body',
  'truncated-json',
  'truncate-at',
  'closed-early',
  'hang-before',
  'hang-in-body',
  'slow-body',
  'login-page',
  'maintenance-page',
  'php-warning',
  'bare-error',
  'gzip-unsaid',
  'redirect',
  'gzip-cut',
  'wrong-length',
  'empty-200',
] as const;
export type FaultKind = (typeof faultKinds)[number];

export interface FaultPlan {
  /** How likely a matching request meets a fault: 0 to 1. */
  readonly rate: number;
  /** One of these is drawn each time; may be left out when `truncateAt` is given. */
  readonly kinds?: readonly FaultKind[];
  readonly seed?: number;
  /** Only paths that contain one of these texts; left out: every path, token endpoints included. */
  readonly paths?: readonly string[];
  readonly methods?: readonly string[];
  /** No more faults than this in all. */
  readonly count?: number;
  /** Lets so many matching requests pass first. */
  readonly skip?: number;
  /** Serves the request first and spoils the answer alone: the change is made, the caller cannot know. */
  readonly afterEffect?: boolean;
  /** Exactly so many bytes of the true body. */
  readonly truncateAt?: number;
  /** What Retry-After asks for (1). */
  readonly retryAfterSeconds?: number;
  /** The pause between bytes of a slow body (50). */
  readonly dripMs?: number;
  /** Where redirects lead (https://elsewhere.example.com). */
  readonly redirectTo?: string;
}

export interface Fault {
  readonly kind: FaultKind;
  readonly plan: FaultPlan;
}

/** Decides, by seed, which requests go wrong. Plans are asked in turn; the first that fires wins. */
export class Faults {
  private active: { plan: FaultPlan; next: () => number; passed: number; played: number }[] = [];

  /** Replaces all plans; nothing: no more faults. @throws Error when a plan cannot be used. */
  set(plans: FaultPlan | readonly FaultPlan[] = []): void {
    const list = Array.isArray(plans) ? (plans as readonly FaultPlan[]) : [plans as FaultPlan];
    for (const plan of list) check(plan);
    this.active = list.map((plan) => ({ plan, next: random(plan.seed ?? 1), passed: 0, played: 0 }));
  }

  get plans(): { plan: FaultPlan; played: number }[] {
    return this.active.map(({ plan, played }) => ({ plan, played }));
  }

  draw(method: string, path: string): Fault | undefined {
    for (const entry of this.active) {
      const { plan } = entry;
      if (plan.methods && !plan.methods.includes(method)) continue;
      if (plan.paths && !plan.paths.some((part) => path.includes(part))) continue;
      if (entry.played >= (plan.count ?? Infinity)) continue;
      entry.passed += 1;
      if (entry.passed <= (plan.skip ?? 0) || entry.next() >= plan.rate) continue;
      entry.played += 1;
      return { kind: kindOf(plan, entry.next()), plan };
    }
    return undefined;
  }
}

function kindOf(plan: FaultPlan, chance: number): FaultKind {
  const kinds = plan.kinds ?? (['truncate-at'] as const);
  return kinds[Math.min(kinds.length - 1, Math.floor(chance * kinds.length))] as FaultKind;
}

function check(plan: FaultPlan): void {
  if (!(plan.rate >= 0 && plan.rate <= 1)) throw new Error('rate must be between 0 and 1');
  if (!plan.kinds?.length && plan.truncateAt === undefined) throw new Error('kinds or truncateAt is missing');
  const unknown = plan.kinds?.find((kind) => !faultKinds.includes(kind));
  if (unknown !== undefined) throw new Error(`unknown kind of fault: ${unknown}`);
  if (plan.kinds?.includes('truncate-at') && plan.truncateAt === undefined) {
    throw new Error('truncate-at needs truncateAt');
  }
}
