/** What each row measures, what its figures mean, and what they should reach. The table for people and that of docs/performance.md come from here. */
import { DEFAULT_BOUND } from '../lib/ats/changes/memory/pack';
import type { Share } from './profile.cts';

export interface Figure {
	/** What the number is: "wall time, times HTTP Request". */
	means: string;
	/** To reach: at most this. */
	atMost?: number;
	/** `beside`: shown, and not in the object of `--json`. `detail`: only in the table of a run. */
	only?: 'beside' | 'detail';
}

export interface RowAbout {
	title: string;
	/** What ours does that the other side does not: why a mark may be missed. */
	more?: string;
	/** In a row of several providers each has them all, as `<provider>.<figure>`. */
	figures: Record<string, Figure>;
}

const detail = (means: string): Figure => ({ means, only: 'detail' });

export const ROWS: Record<string, RowAbout> = {
	returnAll: {
		title: "100,000 Kombo applications, 250 a page; the limit is a node that only takes the rows out of the same answers, in n8n's engine",
		more: "Every answer is bounded in time and size, looked through for the credential's keys, for numbers that JavaScript would round, and for what the vendor says of its limits.",
		figures: {
			wallToLimit: { means: 'wall time, times the limit', atMost: 1.03 },
			cpuToLimit: { means: 'CPU, times the limit', atMost: 1.03 },
			rssToLimit: { means: 'peak memory, times the limit', atMost: 1.05 },
			wallToHttp: { means: 'wall time, times HTTP Request + Split Out' },
			cpuToHttp: { means: 'CPU, times HTTP Request + Split Out', only: 'beside' },
			limitWallMs: detail('wall time of the limit in ms'),
		},
	},
	unified: {
		title: 'The same through the ATS node into the unified model',
		more: 'As above; and each row is mapped into the unified model and from there into the flat row.',
		figures: { wallToLimit: { means: 'wall time, times the limit', atMost: 1.15 }, cpuToLimit: detail('CPU, times the limit') },
	},
	writes: {
		title: '1,000 stage moves of 50 ms, 30 at once',
		more: "All fields of all items are read before the first request, so that a typo in the last item does not leave half the work done: n8n's evaluation of the expressions is not hidden behind the vendor's time. Four calls begin, and more only once the vendor has said how many it takes.",
		figures: {
			wallToN8n: { means: "wall time, times n8n's own authenticated request called 30 at once for the same items and expression", atMost: 1.1 },
			failed: { means: 'failed items', atMost: 0 },
			wallToIdeal: detail('wall time, times that of the vendor alone'),
			n8nWallToIdeal: detail("wall time of n8n's own request, times that of the vendor alone"),
		},
	},
	rateLimited: {
		title: 'Writes under a rate limit: 10 per 10 s, 80 items; 50 per 10 s, 160 items; two executions of one key. The worst of the three',
		figures: {
			wallToIdeal: { means: 'wall time, times the ideal of the window', atMost: 1.1 },
			refusedShare: { means: 'refused calls, as a share of the items', atMost: 0.03 },
			failed: { means: 'failed items', atMost: 0 },
		},
	},
	quietPoll: {
		title: 'A poll of the ATS Trigger with nothing new, 20,000 applications remembered',
		more: 'What changed in the last minutes is read again (the overlap) and compared with what is remembered; the settings are read and checked.',
		figures: {
			cpuToN8n: { means: "CPU, times n8n's own authenticated request of the same in the same context", atMost: 1.3 },
			requests: { means: 'requests', atMost: 1 },
			bytesWritten: { means: 'bytes of state written', atMost: 0 },
			cpuMs: detail('CPU in ms'),
		},
	},
	busyPoll: {
		title: '5,000 changes of all kinds in one poll, 20,000 applications remembered, HTTP included',
		more: 'Rows are mapped, compared, told with what they were and are, made flat, and packed into the state.',
		figures: {
			cpuToN8n: { means: "CPU, times the same requests by n8n's helper and JSON.parse of the same bytes", atMost: 1.6 },
			growth: { means: 'CPU of a change with 20,000 remembered, times that with 1,000 (1,000 moves in one poll)', atMost: 1.1 },
			microsPerChange: detail('CPU in µs a change'),
			fixedMs: detail('CPU in ms a poll beside that'),
			told: detail('events told'),
			stateBytes: detail('bytes of state'),
		},
	},
	webhook: {
		title: '5,000 signed events through webhook()',
		more: 'The settings are read and checked, the signature is compared in constant time, the event is parsed from its bytes and dropped where it came before.',
		figures: { cpuToN8n: { means: "CPU, times n8n's own calls alone (credential, node, request) and HMAC", atMost: 1.4 }, cpuMicrosPerEvent: detail('CPU in µs an event') },
	},
	load: {
		title: 'Loading all nodes and credentials into an n8n that runs',
		figures: {
			perNodeToN8n: { means: "wall time a node, times the median of n8n's own services", atMost: 0.45 },
			packedBytes: { means: 'bytes of the package', atMost: 300_000 },
			unpackedBytes: { means: 'bytes unpacked', atMost: 1_300_000 },
			dependencies: { means: 'dependencies', atMost: 0 },
			msPerNode: detail('ms a node of ours'),
			n8nMsPerNode: detail("ms a node, median of n8n's own services"),
			heapMB: detail('MB of heap'),
		},
	},
	firstRead: {
		title: 'First read of 25,000 applications, or of as many as can be read in 15 s of work',
		more: "The bare client asks one after the other for the pages of the list, and for those lists and records without which a part of the model would be unknown (Knit's details; Greenhouse's people, rejections and stages; Workable's events). Where a vendor states no rate, the bare client is as fast as a server on the same machine, and what is left is mapping, comparing and remembering.",
		figures: {
			wallToFloor: { means: "time, times the same pages by a bare client at the vendor's stated rate (waiting is computed, work is measured as CPU time)", atMost: 1.15 },
			stateBytes: { means: 'bytes of state', atMost: DEFAULT_BOUND },
			applications: { means: 'applications remembered then (a list that grows: its entries)', only: 'beside' },
			pages: detail('pages'),
			requests: detail('requests'),
		},
	},
};

/** The form of a saved run: one of another form is not shown. */
export const FORM = 2;

export interface Report {
	form: typeof FORM;
	date: string;
	machine: string;
	node: string;
	n8nCore: string;
	/** Of each row: how often it was measured, and how busy the machine was by itself (load average of a minute, all processes). */
	conditions: Record<string, { times: number; loadAverage: number }>;
	rows: Record<string, Record<string, number | null>>;
	/** Of rows with a missed mark: the functions that take most by themselves. */
	profiles: Record<string, Share[]>;
}

/** "medians of 5, load average 0.8 to 1.4", which rows were measured less often, and whether the machine had other work. */
export function conditionsOf({ conditions, machine }: Pick<Report, 'conditions' | 'machine'>): string {
	const all = Object.entries(conditions);
	const loads = all.map(([, { loadAverage }]) => loadAverage);
	const most = Math.max(...all.map(([, { times }]) => times));
	const fewer = all.filter(([, { times }]) => times < most).map(([row, { times }]) => `${row} of ${times}`);
	// A run of ours alone stays at about one load per core.
	const busy = Math.max(...loads) > parseInt(machine, 10) * 1.5;
	return `medians of ${most}${fewer.length > 0 ? ` (${fewer.join(', ')})` : ''}, load average ${Math.min(...loads)} to ${Math.max(...loads)}${busy ? ': the machine was busy with other work, so times are far too high and wall-time ratios say little' : ''}`;
}

const shown = (value: number) => (Number.isFinite(value) ? value.toLocaleString('en', { maximumFractionDigits: 2 }) : '?');

export interface Line {
	row: string;
	title: string;
	means: string;
	value: string;
	target: string;
	missed: boolean;
}

/** The values of a figure in a row: one, or one of each provider. */
function valuesOf(row: Readonly<Record<string, number | null>> = {}, figure: string): Array<[provider: string, value: number | null]> {
	return Object.entries(row).flatMap(([name, value]): Array<[string, number | null]> => (name === figure ? [['', value]] : name.endsWith(`.${figure}`) ? [[name.slice(0, -figure.length - 1), value]] : []));
}

/** The figures of a report, in the order above. */
export function linesOf({ rows }: Pick<Report, 'rows'>, withDetails: boolean): Line[] {
	return Object.entries(ROWS).flatMap(([row, { title, figures }]) =>
		Object.entries(figures).flatMap(([name, { means, atMost, only }]) =>
			only === 'detail' && !withDetails
				? []
				: valuesOf(rows[row], name).map(([provider, value]) => ({
						row,
						title,
						means: provider === '' ? means : `${provider}: ${means}`,
						// What could not be measured here is saved as null.
						value: shown(value ?? NaN),
						target: atMost === undefined ? '' : atMost === 0 ? '0' : `≤ ${shown(atMost)}`,
						missed: atMost !== undefined && !(value !== null && value <= atMost),
					})),
		),
	);
}

/** Rows that miss a mark, with what explains it. */
export function missesOf({ rows, profiles }: Pick<Report, 'rows' | 'profiles'>): Array<{ row: string; title: string; missed: Line[]; more?: string; top: Share[] }> {
	const missed = linesOf({ rows }, false).filter((line) => line.missed);
	return Object.entries(ROWS).flatMap(([row, { title, more }]) => {
		const lines = missed.filter((line) => line.row === row);
		return lines.length === 0 ? [] : [{ row, title, missed: lines, ...(more === undefined ? {} : { more }), top: profiles[row] ?? [] }];
	});
}

/** What `--json` prints: the figures that have no `only`. */
export function objectOf(rows: Report['rows']): object {
	const figuresOf = (row: string, figures: RowAbout['figures']) => {
		const found: Record<string, unknown> = {};
		for (const name of Object.keys(figures).filter((figure) => figures[figure]?.only === undefined)) {
			for (const [provider, value] of valuesOf(rows[row], name)) {
				if (provider === '') found[name] = value;
				else found[provider] = { ...Object(found[provider]), [name]: value };
			}
		}
		return found;
	};
	return Object.fromEntries(Object.entries(ROWS).flatMap(([row, { figures }]) => (rows[row] ? [[row, figuresOf(row, figures)]] : [])));
}
