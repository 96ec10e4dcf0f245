/** Every trace of POLLING.md, section 8, that is the same for all providers. */
import { DAY, HOUR, MINUTE } from '../../sandbox/clock.cts';
import type { Plan, Simulation } from './simulation.cts';

const every = (minutes: number, act: (sim: Simulation, minute: number) => void | Promise<void>): Plan['minute'] => async (sim, minute) => {
	if (minute > 0 && minute % minutes === 0) await act(sim, minute);
};

const crashing = every(13, async (sim) => await sim.crash());

export const scenarios: Readonly<Record<string, Plan>> = {
	'plain': { prompt: true },
	'bursts': { minute: every(30, (sim) => { for (let i = 0; i < 400; i++) sim.step(); }) },
	'cap': { options: { cap: 60 }, minute: every(30, (sim) => { for (let i = 0; i < 500; i++) sim.step(); }) },

	// ---- the host
	'kills': { minute: crashing },
	'vendor down while n8n restarts': {
		minute: every(25, async (sim) => {
			sim.vendor.fault = () => ({ kind: 'down' });
			await sim.crash();
			for (let i = 0; i < 5; i++) {
				sim.clock.advance(MINUTE);
				sim.step();
				await sim.poll();
			}
			sim.vendor.fault = () => undefined;
		}),
	},
	'weeks without news, then a restart': {
		minutes: 40, changesPerMinute: 0,
		minute: async (sim, minute) => {
			if (minute === 5) for (let i = 0; i < 20 * 24; i++) { sim.clock.advance(HOUR); await sim.poll(); }
			if (minute === 6) sim.host.kill();
			if (minute > 6) sim.step();
		},
	},
	'discarded activation poll': { minute: every(25, async (sim) => { sim.host.stop(); await sim.host.tick('activate'); }) },
	'an older copy of the state written back': {
		putsBack: true,
		minute: async (sim, minute) => {
			// Durable cursors do not lie in the workflow's static data: nobody can write them back.
			if (sim.mode === 'durable') return;
			if (minute % 60 === 20) copies.set(sim, sim.host.saved);
			if (minute % 60 === 50) {
				sim.host.kill();
				sim.host.saved = copies.get(sim) ?? sim.host.saved;
			}
		},
	},
	'node renamed': { minute: async (sim, minute) => { if (minute === 60) { sim.host.stop(); sim.host.saved = undefined; sim.oracle.forget(); } } },
	'damaged state': {
		minute: async (sim, minute) => {
			if (minute !== 60) return;
			sim.host.stop();
			sim.host.saved = `${sim.host.saved?.slice(0, -12)}AAAAAAAAAAAA`;
			sim.oracle.forget();
		},
	},
	'state of another version': {
		minute: async (sim, minute) => {
			if (minute !== 60) return;
			sim.host.stop();
			const bytes = Buffer.from(sim.host.saved ?? '', 'base64');
			bytes[2] = 9;
			sim.host.saved = bytes.toString('base64');
			sim.oracle.forget();
		},
	},

	// ---- the first read and failing requests
	'first read of 20,000 with kills between': {
		applications: 20_000, minutes: 62,
		prepare: (sim) => { sim.vendor.latencyMs = 6_000; },
		minute: async (sim, minute) => {
			if (minute < 40 && minute % 7 === 3) sim.host.kill();
			if (minute === 60) sim.vendor.latencyMs = 40;
		},
	},
	'2,000 outlines that need details': { applications: 2_000, minutes: 80, prepare: (sim) => { sim.vendor.outlines = true; sim.vendor.latencyMs = 400; } },
	'429 at page 40 of every read': {
		applications: 3_000, minutes: 100,
		prepare: (sim) => {
			sim.vendor.pageSize = 60;
			sim.vendor.fault = ({ cursor }) => (Number(cursor?.split(':')[1] ?? 0) === 39 * 60 && sim.random.chance(0.7) ? { kind: 'limited' } : undefined);
		},
	},
	'one row that cannot be read': { prepare: (sim) => { sim.vendor.unreadable.add(sim.records[3]?.id ?? ''); } },
	'one row whose details always fail': { prepare: (sim) => { sim.vendor.outlines = true; const id = sim.records[3]?.id; sim.vendor.detailsFail = (one) => one === id; } },
	'5 % failing requests': { prepare: (sim) => sim.failing(0.05) },
	'50 % failing requests': { prepare: (sim) => sim.failing(0.5) },
	'slow vendor': { prepare: (sim) => { sim.vendor.latencyMs = 11_000; sim.vendor.pageSize = 20; } },

	// ---- clocks
	'no Date': { prepare: (sim) => { sim.vendor.dateSkew = 'none'; } },
	'stale Date': { prepare: (sim) => { sim.vendor.dateSkew = -HOUR; } },
	'the vendor\'s clock jumps': { minute: every(10, (sim) => { sim.vendor.dateSkew = sim.random.pick([0, 0, 2 * HOUR, -2 * HOUR, 'none' as const]); }) },
	'a week of nested changes only': { minutes: 310, changesPerMinute: 0, minute: async (sim) => { sim.clock.advance(33 * MINUTE); sim.step(['schedule', 'interview', 'offer']); } },
	'shown 5 minutes late': { minutes: 150, prepare: (sim) => { sim.vendor.lag = 5 * MINUTE; }, minute: async (sim) => sim.clock.advance(9 * MINUTE) },
	'shown 40 minutes late': { minutes: 150, prepare: (sim) => { sim.vendor.lag = 40 * MINUTE; }, minute: async (sim) => sim.clock.advance(9 * MINUTE) },
	'shown 180 minutes late': { minutes: 150, prepare: (sim) => { sim.vendor.lag = 180 * MINUTE; }, minute: async (sim) => sim.clock.advance(9 * MINUTE) },

	// ---- pages
	'descending pages under writes': { applications: 3_000, changesPerMinute: 120, minutes: 35, prepare: (sim) => { sim.vendor.order = 'descending'; sim.vendor.pageSize = 50; } },
	'ascending pages under writes': { applications: 3_000, changesPerMinute: 120, minutes: 35, prepare: (sim) => { sim.vendor.pageSize = 50; } },
	'pages in random order': { prepare: (sim) => { sim.vendor.order = 'random'; } },
	'cursors that expire': { applications: 2_000, changesPerMinute: 60, minutes: 40, prepare: (sim) => { sim.vendor.cursorLifeMs = 90_000; sim.vendor.pageSize = 100; sim.vendor.latencyMs = 900; } },
	'rows twice': { prepare: (sim) => { sim.vendor.fault = () => (sim.random.chance(0.3) ? { kind: 'rowTwice' } : undefined); } },
	'rows skipped': { prepare: (sim) => { sim.vendor.pageSize = 30; sim.vendor.fault = ({ kind }) => (kind === 'window' && sim.random.chance(0.2) ? { kind: 'rowSkipped' } : undefined); } },
	'empty pages that go on': { prepare: (sim) => { sim.vendor.fault = ({ cursor }) => (!cursor?.includes('.5') && sim.random.chance(0.2) ? { kind: 'emptyPage' } : undefined); } },
	'equal stamps across a border': { minutes: 90, prepare: (sim) => { sim.vendor.pageSize = 25; }, changesPerMinute: 0, minute: async (sim) => { for (let i = 0; i < 30; i++) sim.step(); } },

	// ---- memory
	'25,000 in room for 20,000': { applications: 25_000, minutes: 8, changesPerMinute: 40, options: { maxStateBytes: 1_000_000, fullCheckHours: 1 }, minute: every(2, (sim) => sim.clock.advance(HOUR)) },
	'finished ones touched after their details were dropped': {
		applications: 2_000, minutes: 150, options: { maxStateBytes: 45_000 },
		minute: async (sim) => { sim.step(['hire', 'reject', 'reactivate']); },
	},

	// ---- meaning
	'A, B, A, B over polls': { prompt: true, changesPerMinute: 0, minute: async (sim, minute) => { for (const record of sim.records.slice(0, 20)) sim.vendor.move(record.id, minute % 2 ? 'Applied' : 'Offer'); } },
	'A, B, A inside a poll': { changesPerMinute: 0, minute: async (sim) => { for (const { id, stage } of sim.records.slice(0, 20)) { const home = stage?.text ?? 'Applied'; sim.vendor.move(id, 'Offer'); sim.vendor.move(id, home); } } },
	'columns renamed': { minute: every(20, (sim, minute) => { sim.vendor.renameStage('Offer', `Offer ${minute}`); for (const { id } of sim.records) sim.vendor.change(id, () => {}); }) },
	'scope switched off and on': {
		minute: async (sim, minute) => {
			if (minute % 35 === 10) { sim.vendor.modelsOff.add('offers').add('interviews'); for (const { id } of sim.records) sim.vendor.change(id, () => {}); }
			if (minute % 35 === 25) { sim.vendor.modelsOff.clear(); for (const { id } of sim.records) sim.vendor.change(id, () => {}); }
		},
	},
	'integration swapped and back': {
		minute: async (sim, minute) => {
			if (minute !== 35 && minute !== 65) return;
			sim.vendor.account = minute === 35 ? 'other' : 'acme';
			sim.oracle.forget();
		},
	},
	'selection changed later': { options: { models: ['info'] }, minute: async (sim, minute) => { if (minute === 60) sim.host.options = { ...sim.host.options, models: [] }; } },
	'gone without a trace': { minute: every(20, (sim) => { const { id } = sim.any(); sim.vendor.remove(id); sim.oracle.show(id, new Map([['deleted', 'true']]), sim.clock.now(), 0); sim.records = sim.records.filter((one) => one.id !== id); }) },
	'deletion, anonymisation, return': {
		minute: every(10, (sim) => {
			const { id } = sim.any();
			sim.vendor.change(id, (record) => { record.deleted = true; });
			const gone = [...(deleted.get(sim) ?? []), id];
			const back = gone.length > 5 ? gone.shift() : undefined;
			deleted.set(sim, gone);
			if (back) sim.vendor.change(back, (record) => { record.deleted = false; });
		}),
	},
	'bulk import of 20,000': { minutes: 45, minute: async (sim, minute) => { if (minute === 20) sim.records.push(...sim.vendor.fill(20_000, 5 * MINUTE)); } },
	'three weeks of pause': { minute: async (sim, minute) => { if (minute === 60) { sim.host.stop(); for (let day = 0; day < 21; day++) { sim.clock.advance(DAY); for (let i = 0; i < 100; i++) sim.step(); } } } },
	'full reads that come back empty or halved': { prepare: (sim) => { sim.vendor.fault = ({ kind }) => (kind === 'all' && sim.oracle.watching ? { kind: sim.random.pick(['nothing', 'half'] as const) } : undefined); }, minute: every(15, (sim) => sim.clock.advance(DAY)) },

	'made, deleted and returned between polls': {
		minute: every(3, (sim) => {
			const record = sim.vendor.add({ deleted: true });
			const gone = [...(deleted.get(sim) ?? []), record.id];
			const back = gone.length > 4 ? gone.shift() : undefined;
			deleted.set(sim, gone);
			if (back) sim.vendor.change(back, (one) => { one.deleted = false; });
		}),
	},
	'newcomers without a date': { prepare: (sim) => { sim.vendor.undated = ({ number }) => number % 3 === 0; }, minute: async (sim) => { sim.step(['apply']); } },
	'files of one name': {
		prepare: (sim) => { for (const record of sim.records) { record.files = ['cv.pdf']; sim.vendor.onShown(record); } },
		minute: async (sim) => { for (let i = 0; i < 3; i++) sim.vendor.change(sim.any().id, (record) => { if ((record.files?.length ?? 9) < 5) record.files = [...(record.files ?? []), sim.random.pick(['cv.pdf', 'letter.pdf'])]; }); },
	},
	'30 % leave the chosen job': {
		changesPerMinute: 0, options: { jobIds: ['mine'] },
		prepare: (sim) => {
			sim.vendor.onlyJobs = new Set(['mine']);
			for (const record of sim.records) { record.jobId = 'mine'; sim.vendor.onShown(record); }
		},
		minute: async (sim, minute) => {
			for (let i = 0; i < 6; i++) sim.step(['move', 'reject', 'hire', 'schedule', 'interview', 'offer', 'person']);
			if (minute !== 30) return;
			for (const { id } of sim.records.splice(0, sim.records.length * 0.3)) sim.vendor.change(id, (record) => { record.jobId = 'other'; });
		},
	},
	'details some seconds older than their list': { prepare: (sim) => { sim.vendor.outlines = true; sim.vendor.detailsLag = 25_000; } },
	'details some seconds newer than their list': { prepare: (sim) => { sim.vendor.completes = true; sim.vendor.rowsLag = 25_000; } },
	'details that complete, some seconds older': { prepare: (sim) => { sim.vendor.completes = true; sim.vendor.detailsLag = 25_000; } },

	// ---- what natives need
	'cursors refused in one read of three': { applications: 2_000, changesPerMinute: 60, minutes: 40, prepare: (sim) => { sim.vendor.pageSize = 100; sim.vendor.fault = ({ cursor }) => (cursor !== null && sim.random.chance(0.03) ? { kind: 'cursor' } : undefined); } },
	'a web page in one poll of six': {
		minute: async (sim, minute) => {
			sim.vendor.fault = () => (minute % 6 === 5 ? { kind: 'page' } : undefined);
			if (sim.host.errors.length > 0) sim.oracle.miss(`it was reported: ${sim.host.errors[0]?.message}`);
		},
	},
	'marks': { prepare: (sim) => { sim.vendor.reading = 'marks'; sim.vendor.pageSize = 40; }, minute: async (sim, minute) => { if (minute % 20 === 19) await sim.crash(); if (minute % 15 === 10) for (let i = 0; i < 150; i++) sim.step(); } },
	'marks that are refused': { prepare: (sim) => { sim.vendor.reading = 'marks'; sim.vendor.pageSize = 60; sim.vendor.markLife = 30; sim.vendor.latencyMs = 5_000; }, minute: every(20, (sim) => { for (let i = 0; i < 60; i++) sim.step(); }) },
	'marks, 5 % failing requests': { prepare: (sim) => { sim.vendor.reading = 'marks'; sim.failing(0.05); } },
	'newest first': { options: { cap: 80 }, prepare: (sim) => { sim.vendor.reading = 'newestFirst'; sim.vendor.pageSize = 30; }, minute: every(15, (sim) => { for (let i = 0; i < 300; i++) sim.step(); }) },
	'newest first, 20 % failing requests': { prepare: (sim) => { sim.vendor.reading = 'newestFirst'; sim.vendor.pageSize = 20; sim.failing(0.2); }, minute: every(15, (sim) => { for (let i = 0; i < 100; i++) sim.step(); }) },
	'several lists in a window': { prepare: (sim) => { sim.vendor.lists = true; sim.vendor.pageSize = 60; }, minute: crashing },

	'all together': {
		applications: 1_500, minutes: 240, changesPerMinute: 12, options: { maxStateBytes: 60_000, cap: 200 },
		prepare: (sim) => { sim.failing(0.05); sim.vendor.lag = 3 * MINUTE; sim.vendor.pageSize = 60; sim.vendor.order = 'descending'; },
		minute: async (sim, minute) => {
			if (minute % 45 === 44) await sim.crash();
			if (minute % 50 === 10) for (let i = 0; i < 300; i++) sim.step();
			if (minute % 70 === 30) sim.vendor.dateSkew = sim.random.pick([0, 'none', -20 * MINUTE, HOUR] as const);
			if (minute % 90 === 60) sim.clock.advance(5 * HOUR);
		},
	},
};

const copies = new WeakMap<Simulation, string | undefined>();
const deleted = new WeakMap<Simulation, string[]>();
