import { profiled, type Share } from './profile.cts';

/** What one variant of a row cost, in the process that ran it. */
export interface Cost {
	wallMs: number;
	cpuMs: number;
	/** Peak of the whole process, in MB. */
	rssMB: number;
	[figure: string]: number;
}

const PROFILES = process.env['BENCH_PROFILE'] === '1';
/** Of the dearest piece of work of this process, where it was asked for. */
let dearest: { cpuMs: number; shares: Share[] } = { cpuMs: -1, shares: [] };
export const profileOf = (): Share[] | null => (PROFILES ? dearest.shares : null);

/** `work`, profiled where that was asked for. */
export async function watched<Result>(work: () => Promise<Result>): Promise<Result> {
	if (!PROFILES) return await work();
	const before = process.cpuUsage();
	const { result, shares } = await profiled(work);
	const { user, system } = process.cpuUsage(before);
	if (user + system > dearest.cpuMs) dearest = { cpuMs: user + system, shares };
	return result;
}

export async function measured(work: () => Promise<Record<string, number> | void>): Promise<Cost> {
	globalThis.gc?.();
	const cpu = process.cpuUsage();
	const begun = process.hrtime.bigint();
	const figures = (await watched(work)) ?? {};
	const wallMs = Number(process.hrtime.bigint() - begun) / 1e6;
	const { user, system } = process.cpuUsage(cpu);
	return { ...figures, wallMs, cpuMs: (user + system) / 1000, rssMB: process.resourceUsage().maxRSS / 1024 };
}

export const median = (values: readonly number[]): number => {
	const sorted = [...values].sort((a, b) => a - b);
	const middle = Math.floor(sorted.length / 2);
	return sorted.length % 2 === 1 ? (sorted[middle] ?? NaN) : ((sorted[middle - 1] ?? NaN) + (sorted[middle] ?? NaN)) / 2;
};
