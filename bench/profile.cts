/** Where the time of a piece of work goes: what a row that misses its mark is explained by. */
import { Session, type Profiler } from 'node:inspector';
import { promisify } from 'node:util';

/** A function, its file, and its own share of the CPU time. */
export interface Share {
	what: string;
	percent: number;
}

const TOP = 5;
/** No work of anybody; `dispatch` is the profiler's own beginning. */
const NOT_WORK = new Set(['(idle)', '(program)', '(root)', 'dispatch (V8)']);

/** Runs `work` under V8's profiler: its result, and the functions that take most by themselves. */
export async function profiled<Result>(work: () => Promise<Result>): Promise<{ result: Result; shares: Share[] }> {
	const session = new Session();
	session.connect();
	const post = promisify(session.post.bind(session)) as (method: string) => Promise<unknown>;
	await post('Profiler.enable');
	await post('Profiler.start');
	const result = await work();
	const { profile } = (await post('Profiler.stop')) as Profiler.StopReturnType;
	session.disconnect();
	return { result, shares: topOf(profile) };
}

export function topOf({ nodes, samples = [], timeDeltas = [] }: Profiler.Profile): Share[] {
	const names = new Map(nodes.map(({ id, callFrame: { functionName, url, lineNumber } }) => [id, functionName.startsWith('(') ? functionName : `${functionName || `anonymous, line ${lineNumber + 1}`}${fileOf(url)}`]));
	const spent = new Map<string, number>();
	samples.forEach((id, at) => {
		const name = names.get(id) ?? '?';
		if (!NOT_WORK.has(name)) spent.set(name, (spent.get(name) ?? 0) + (timeDeltas[at] ?? 0));
	});
	const all = [...spent.values()].reduce((sum, one) => sum + one, 0);
	return [...spent].sort(([, one], [, other]) => other - one).slice(0, TOP).map(([what, micros]) => ({ what, percent: Math.round((micros / all) * 100) }));
}

function fileOf(url: string): string {
	const [file = ''] = url.split('/').slice(-1);
	const [, owner = ''] = /node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*node_modules)/.exec(url) ?? [];
	if (url === '') return ' (V8)';
	return url.startsWith('node:') ? ` (${url})` : owner === '' ? ` (${/\/dist\/(bundle|later\/.+)\.js$/.test(url) ? 'ours' : file})` : ` (${owner})`;
}
