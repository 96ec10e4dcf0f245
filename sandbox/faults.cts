import type { Random } from './random.cts';

/** What can go wrong with one answer. Times in milliseconds. */
export type Fault =
	/** an error status; `retryAfter` in seconds, as a number or as an HTTP date */
	| { kind: 'status'; status: number; retryAfter?: number; retryAfterAs?: 'seconds' | 'date'; body?: unknown; message?: string }
	/** the right answer, late */
	| { kind: 'slow'; ms: number }
	/** a page of HTML where JSON is due */
	| { kind: 'html'; status?: number }
	/** the connection is closed without an answer, and nothing was done */
	| { kind: 'cut' }
	/** everything was done, then the connection is closed without an answer */
	| { kind: 'lostAnswer' }
	/** half of the body, then the connection is closed */
	| { kind: 'halfPage' }
	/** half of the body, complete by its length: JSON that does not parse */
	| { kind: 'brokenJson' }
	/** a list whose next cursor is the one that was asked with */
	| { kind: 'repeatedCursor' }
	/** a list without rows whose next cursor leads to them */
	| { kind: 'emptyPage' }
	/** the cursor is refused */
	| { kind: 'expiredCursor' }
	/** the first row of a page comes twice */
	| { kind: 'rowTwice' }
	/** a page leaves out its last row, and no page makes up for it */
	| { kind: 'rowSkipped' }
	/** the whole list answers with nothing */
	| { kind: 'nothing' }
	/** a page that says it is the last one, though more follow */
	| { kind: 'endsEarly' }
	| { kind: 'redirect'; to: string; status?: number }
	/** 200 with an error in the body */
	| { kind: 'errorInSuccess' }
	/** the answer comes without a Date header, or with one that is off by so much */
	| { kind: 'noDate' }
	| { kind: 'wrongDate'; by: number }
	/** the answer with something else in it, or with more headers: an account that is not as it should be. Not over HTTP */
	| { kind: 'altered'; by(payload: string): string }
	| { kind: 'headers'; headers: Readonly<Record<string, string>> }
	/** parameters of the query that the service does not look at */
	| { kind: 'ignores'; parameters: readonly string[] };

export interface When {
	service?: string;
	method?: string;
	/** part of the path (without the service's prefix), or a pattern */
	path?: string | RegExp;
}

interface Rule extends When {
	days: Fault[];
	/** matching requests to let pass first */
	skip: number;
	/** requests it still applies to */
	left: number;
	probability: number;
}

export type PageOrder = 'ascending' | 'descending' | 'random' | 'changedAscending' | 'changedDescending';

/**
 * Faults on request: "the next N requests that match", or a probability with the sandbox's seed.
 * One request has at most one of them (the first rule that matches).
 */
export class Faults {
	/** Order of every list: by creation, scattered, or by last change (rows then wander while they are paged). */
	order: PageOrder = 'ascending';

	/** The Date header of every answer: the world's clock plus this, or none. */
	dateSkew: number | 'none' = 0;

	/** How many of each were dealt. */
	readonly dealt: Partial<Record<Fault['kind'], number>> = {};

	private rules: Rule[] = [];

	constructor(private readonly random: Random) {}

	/** The next `times` requests that match get this day (a list: one after the other, then over). */
	next(day: Fault | Fault[], when: When & { times?: number; skip?: number } = {}): void {
		const days = Array.isArray(day) ? day : [day];
		const { times = days.length, skip = 0, ...match } = when;
		this.rules.push({ ...match, days: [...days], skip, left: times, probability: 1 });
	}

	/** Every request that matches has this chance of it (of one of the list). */
	often(day: Fault | Fault[], probability: number, when: When = {}): void {
		this.rules.push({ ...when, days: Array.isArray(day) ? [...day] : [day], skip: 0, left: Infinity, probability });
	}

	clear(): void {
		this.rules = [];
		this.order = 'ascending';
		this.dateSkew = 0;
	}

	/** Rules that still wait for a request. */
	get waiting(): number {
		return this.rules.filter((rule) => rule.left !== Infinity).length;
	}

	/** Only for the server: what goes wrong with this request. */
	deal(service: string, method: string, path: string): Fault | null {
		for (const rule of this.rules) {
			if (rule.service !== undefined && rule.service !== service) continue;
			if (rule.method !== undefined && rule.method.toUpperCase() !== method) continue;
			if (typeof rule.path === 'string' ? !path.includes(rule.path) : rule.path !== undefined && !rule.path.test(path)) continue;
			if (rule.skip > 0) {
				rule.skip--;
				continue;
			}
			if (rule.probability < 1 && !this.random.chance(rule.probability)) continue;
			const day = rule.left === Infinity ? this.random.pick(rule.days) : rule.days[0];
			if (day === undefined) continue;
			// A queue of several days deals them in turn; a single one repeats.
			if (rule.left !== Infinity && rule.days.length > 1) rule.days.shift();
			if (--rule.left <= 0) this.rules = this.rules.filter((other) => other !== rule);
			this.dealt[day.kind] = (this.dealt[day.kind] ?? 0) + 1;
			return day;
		}
		return null;
	}
}
