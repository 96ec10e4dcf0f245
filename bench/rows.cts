/** What each row measures, what its figures mean, and what they should reach. The table for people and README's come from here. */

export interface Figure {
	/** What the number is: "wall time, times HTTP Request". */
	means: string;
	/** To reach: at most this. */
	atMost?: number;
	/** Shown only in the table of a run, not in README. */
	detail?: true;
}

export interface RowAbout {
	title: string;
	figures: Record<string, Figure>;
}

const detail = (means: string): Figure => ({ means, detail: true });

export const ROWS: Record<string, RowAbout> = {
	returnAll: {
		title: '100,000 Kombo applications, 250 a page',
		figures: {
			wallToHttp: { means: 'wall time, times HTTP Request + Split Out', atMost: 0.7 },
			cpuToHttp: { means: 'CPU, times HTTP Request + Split Out', atMost: 0.7 },
			rssToHttp: { means: 'peak memory, times HTTP Request + Split Out', atMost: 0.85 },
			wallToFloor: { means: 'wall time, times a bare keep-alive client', atMost: 1.4 },
			cpuToFloor: { means: 'CPU, times a bare keep-alive client', atMost: 1.4 },
			httpWallToFloor: detail('HTTP Request + Split Out itself: wall time, times the bare client'),
			httpCpuToFloor: detail('HTTP Request + Split Out itself: CPU, times the bare client'),
		},
	},
	normalize: {
		title: 'The same through the ATS node into the unified model',
		figures: { wallToFloor: { means: 'wall time, times a bare keep-alive client', atMost: 1.9 }, cpuToFloor: detail('CPU, times a bare keep-alive client') },
	},
	writes: {
		title: '1,000 stage moves of 50 ms, 30 allowed at once',
		figures: {
			wallToIdeal: { means: 'wall time, times the ideal of 1.67 s', atMost: 1.9 },
			failed: { means: 'failed items', atMost: 0 },
			requests: detail('requests sent, repeats of refused ones included'),
			httpFailed: { means: 'failed items of HTTP Request as it is' },
			httpBatchWallToIdeal: { means: 'wall time of HTTP Request with its best batches (30 every 60 or 100 ms), times the ideal' },
			httpBatchFailed: { means: 'failed items of that' },
		},
	},
	writesSlowStart: {
		title: 'The same while the limit drops to 5 and comes back',
		figures: { wallToIdeal: { means: 'wall time, times the ideal', atMost: 2.2 }, failed: { means: 'failed items', atMost: 0 }, requests: detail('requests sent, repeats of refused ones included') },
	},
	quietPoll: {
		title: 'A poll of the ATS Trigger with nothing new, 20,000 applications remembered',
		figures: {
			cpuMs: { means: 'CPU in ms', atMost: 5 },
			requests: { means: 'requests', atMost: 1 },
			bytesWritten: { means: 'bytes of state written', atMost: 0 },
			cpuToAirtable: { means: "CPU, times a poll of n8n's own Airtable Trigger with nothing new" },
		},
	},
	busyPoll: {
		title: '5,000 changes in one poll, HTTP included',
		figures: {
			cpuMicrosPerChange: { means: 'CPU in µs a change, 20,000 applications remembered', atMost: 120 },
			fixedMs: { means: 'CPU in ms a poll beside that, 20,000 remembered', atMost: 15 },
			cpuMicrosPerChangeAt5000: { means: 'CPU in µs a change, 5,000 remembered' },
			cpuMicrosPerChangeAt1000: { means: 'CPU in µs a change, 1,000 remembered' },
			told: detail('events told at 20,000 remembered'),
			stateBytes: detail('bytes of state at 20,000 remembered'),
		},
	},
	load: {
		title: 'Loading all nodes and credentials into an n8n that runs',
		figures: {
			loadMs: { means: 'ms', atMost: 80 },
			cpuMs: detail('CPU in ms'),
			heapMB: { means: 'MB of heap', atMost: 12 },
			filesRead: detail('files read'),
			msPerNode: detail('ms a node of ours'),
			n8nMsPerNode: detail("ms a node, median of 20 of n8n's own services"),
			packedBytes: { means: 'bytes of the package (the Greenhouse community node: 50,000)', atMost: 250_000 },
			unpackedBytes: { means: 'bytes unpacked (the Greenhouse community node: 506,000)', atMost: 1_500_000 },
			dependencies: { means: 'dependencies', atMost: 0 },
		},
	},
	binary: {
		title: '200 CVs of 2 MB downloaded and uploaded',
		figures: {
			wallToFloor: { means: 'wall time of the download, times a bare keep-alive client that throws the files away' },
			downloadRssToQuarter: { means: 'peak memory, times that of 50 files (download)' },
			uploadRssToQuarter: { means: 'peak memory, times that of 50 files (upload)' },
			downloadRssMB: { means: 'peak memory in MB, 30 downloads at once' },
			downloadRssMBFiveAtOnce: { means: 'peak memory in MB, 5 downloads at once' },
			uploadRssMB: detail('peak memory in MB, 30 uploads at once'),
			floorRssMB: detail('peak memory in MB of the bare client'),
		},
	},
	webhook: {
		title: '5,000 signed events through webhook()',
		figures: {
			cpuToFloor: { means: 'CPU, times bare HMAC + JSON.parse', atMost: 3 },
			n8nCpuToFloor: { means: "CPU of n8n's own calls alone (credential, node, request), times the same" },
			ownCpuToFloor: { means: "our CPU without those, times the same" },
			cpuMicrosPerEvent: detail('CPU in µs an event'),
		},
	},
};

export interface Report {
	date: string;
	machine: string;
	node: string;
	n8nCore: string;
	/** Of each row: how often it was measured, and how busy the machine was by itself (load average of a minute, all processes). */
	conditions: Record<string, { times: number; loadAverage: number }>;
	rows: Record<string, Record<string, number>>;
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

/** The figures of a report, in the order above. */
export function linesOf({ rows }: Pick<Report, 'rows'>, withDetails: boolean): Line[] {
	return Object.entries(ROWS).flatMap(([row, { title, figures }]) =>
		Object.entries(figures).flatMap(([name, { means, atMost, detail: isDetail }]) => {
			const value = rows[row]?.[name];
			if (value === undefined || (isDetail && !withDetails)) return [];
			return [{ row, title, means, value: shown(value), target: atMost === undefined ? '' : atMost === 0 ? '0' : `≤ ${shown(atMost)}`, missed: atMost !== undefined && !(value <= atMost) }];
		}),
	);
}
