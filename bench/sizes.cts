/** How much is measured. `--quick` tries whether everything runs: its figures say nothing and cannot be saved. */
export const QUICK = process.env['BENCH_QUICK'] === '1' || process.argv.includes('--quick');

export const SIZES = QUICK
	? { rows: 2_000, moves: 90, windowMs: 2_000, few: { calls: 10, items: 20 }, many: { calls: 50, items: 100 }, remembered: 600, rememberedFew: 200, changes: 100, moved: 100, quietPolls: 5, events: 200, firstRead: 120, firstReadTrial: 60, n8nNodes: 3 }
	: { rows: 100_000, moves: 1_000, windowMs: 10_000, few: { calls: 10, items: 80 }, many: { calls: 50, items: 160 }, remembered: 20_000, rememberedFew: 1_000, changes: 5_000, moved: 1_000, quietPolls: 50, events: 5_000, firstRead: 25_000, firstReadTrial: 500, n8nNodes: 20 };
