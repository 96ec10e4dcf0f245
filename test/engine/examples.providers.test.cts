/** Somebody imports an example and chooses another provider in each ATS node: it does its work, or says what this provider cannot do. */
import type { IDataObject, INode, INodeExecutionData } from 'n8n-workflow';

import type { OperationName, Support } from '../../lib/ats/provider';
import type { EventName } from '../../lib/ats/model';
import { useClock } from '../../lib/clock';
import { forgetProcessState } from '../../lib/poll/processState';
import * as actions from '../../sandbox/actions.cts';
import { DAY, ManualClock, MINUTE } from '../../sandbox/clock.cts';
import { startSandbox, type Sandbox } from '../../sandbox/index.cts';
import { providerEntries, serviceEntries, type ProviderEntry } from '../providers/index.cts';
import { some } from '../size.cts';
import { binaryFile, PollHost, runNode, type CredentialStore } from './harness/index.cts';
import { FILLED, isOurs, listen, out, reachedFrom, readExample, runExample, startOf, type Listener } from './support/examples.cts';

const BY = 'recruiter';
const pdf = Buffer.from('%PDF-1.4\n(Registered nurse) Tj\n%%EOF\n');

/** Where an example begins, and which node has something to show once it did its work. */
const WAYS: ReadonlyArray<{ file: string; from?: string; inner?: string; shows: string }> = [
	{ file: 'agent-tool-read-cv.json', shows: 'Download' },
	{ file: 'alert-and-digest.json', shows: 'Alert' },
	{ file: 'career-form-to-ats.json', shows: 'Apply' },
	{ file: 'hired-to-tickets.json', shows: 'Row' },
	{ file: 'interview-stage-to-calendar.json', shows: 'Calendar Event' },
	{ file: 'interview-stage-to-calendar.json', from: 'Every Morning', shows: 'All Interviews' },
	{ file: 'new-application-to-chat.json', shows: 'Welcome' },
	{ file: 'nightly-export.json', shows: 'Table' },
	{ file: 'rejection-to-approval.json', inner: 'For One Rejection', shows: 'Note on Application' },
	{ file: 'screen-a-cv.json', shows: 'Tag' },
	{ file: 'waiting-too-long.json', shows: 'Message' },
];

const cases = providerEntries.flatMap((entry) => WAYS.map((way) => [entry.provider.label, way.from ? `${way.file} from ${way.from}` : way.file, entry, way] as const));

describe('with another provider chosen', () => {
	const clock = new ManualClock();
	let restoreClock: () => void;
	let sandbox: Sandbox;
	let service: Listener;
	beforeAll(async () => {
		restoreClock = useClock(clock);
		service = await listen(() => ({ id: 1, choices: [{ message: { role: 'assistant', content: '{"answers": []}' } }] }));
	});
	afterAll(async () => {
		await service.close();
		restoreClock();
	});
	afterEach(async () => await sandbox.close());

	test.each(some(cases, 7))('%s: %s', async (_label, _name, entry, { file, from, inner, shows }) => {
		forgetProcessState();
		sandbox = await startSandbox({ clock, jobs: 4, applications: 20, services: [entry.simulator, 'chatkitty'], seed: 'examples', rate: false });
		const credentials: CredentialStore = Object.assign({}, entry.credentials(sandbox), ...serviceEntries.filter(({ simulator }) => simulator === 'chatkitty').map((one) => one.credentials(sandbox)));
		await runNode('chatKitty', { resource: 'user', operation: 'create', username: 'recruiting@example.com' }, { credentials });

		const example = readExample(file);
		const reached = new Set([...reachedFrom(example, from ?? startOf(example)), ...(inner === undefined ? [] : reachedFrom(example, inner))]);
		const ours = example.nodes.filter((node) => isOurs(node) && reached.has(node.name) && 'provider' in node.parameters);
		const chosen = { ...entry.settings, provider: entry.provider.name };
		const set: Partial<Record<string, IDataObject>> = { ...FILLED, ...Object.fromEntries(ours.map(({ name }) => [name, chosen])), 'Ask the Model': { url: service.url, authentication: 'none' }, 'IT Ticket': { url: service.url }, 'HR Ticket': { url: service.url }, Settings: { jobId: await jobId(entry, credentials), criteria: 'Registered nurse', days: 3 } };

		const shown: IDataObject[] = [];
		let inside: unknown;
		const failure = await attempt(async () => {
			const items = await itemsFor(entry, credentials, ours[0], example.nodes.find(({ name }) => name === (from ?? startOf(example))));
			const outcome = await runExample(file, items, {
				credentials, set, fails: true, ...(from === undefined ? {} : { from }),
				async executeWorkflow(_info, _data, { inputData }) {
					const outcome = await runExample(file, inputData ?? [], { credentials, set, fails: true, ...(inner === undefined ? {} : { from: inner }) });
					inside = outcome.error;
					if (outcome.error) throw outcome.error;
					shown.push(...out(outcome, shows));
					return { executionId: 'inner', data: [inputData ?? []] };
				},
			});
			if (inside ?? outcome.error) throw inside ?? outcome.error;
			shown.push(...out(outcome, shows));
		});
		const needed = ours.flatMap((node) => needs(entry, node));
		if (failure === undefined) expect(shown).not.toEqual([]);
		else {
			expect(needed.filter(({ support }) => support !== true)).not.toEqual([]);
			expect(failure).toMatch(new RegExp(`^${entry.provider.label} (cannot|takes|wants|lists|shows) `));
		}
	});

	async function attempt(act: () => Promise<void>): Promise<string | undefined> {
		try {
			await act();
			return undefined;
		} catch (error) {
			// A run's own errors have been through JSON.
			return String(Object(error).message);
		}
	}

	/** What the node asks of the provider, and what the provider says of it. */
	function needs({ provider: { capabilities } }: ProviderEntry, { parameters }: INode): Array<{ name: string; support: Support | undefined }> {
		const { resource, operation, events, files } = parameters;
		if (Array.isArray(events)) return events.map((event) => ({ name: String(event), support: capabilities.events[event as EventName] }));
		const name = `${String(resource)}.${operation === 'getAll' ? 'getMany' : String(operation)}`;
		return [{ name, support: capabilities.operations[name as OperationName] }, ...(files === undefined ? [] : [{ name: 'files', support: capabilities.inputs?.['application.create.files'] }])];
	}

	async function jobId({ provider, settings }: ProviderEntry, credentials: CredentialStore): Promise<string> {
		const { json } = await runNode('ats', { ...settings, provider: provider.name, resource: 'job', operation: 'getAll', returnAll: true }, { credentials });
		return String((json.find(({ info }) => Object(info).status === 'OPEN') ?? json[0])?.['id'] ?? 1);
	}

	/** What the trigger gives after a day's work: somebody applies with a CV, others are invited, rejected and hired. */
	async function itemsFor(entry: ProviderEntry, credentials: CredentialStore, first: INode | undefined, start: INode | undefined): Promise<INodeExecutionData[]> {
		const { world } = sandbox;
		const [invited, rejected, hired, stays] = world.applications.alive().filter(({ status, candidateId }) => status === 'PENDING' && world.candidates.need(candidateId).emails.length > 0);
		if (!invited || !rejected || !hired || !stays) throw new Error('Too few are active');
		if (start?.type.endsWith('formTrigger')) return [{ json: { 'First Name': 'Hedy', 'Last Name': 'Newcomer', Email: 'hedy@example.com', CV: { filename: 'hedy.pdf' } }, binary: { CV: await binaryFile(pdf, 'hedy.pdf', 'application/pdf') } }];
		if (start?.type !== 'n8n-nodes-ats.atsTrigger') return [{ json: { applicationId: entry.applicationId?.(world, stays) ?? (entry.provider.capabilities.operations['application.getMany'] === undefined ? String(world.candidates.rows[0]?.number) : stays.id) } }];
		const trigger = new PollHost('atsTrigger', { ...first?.parameters, ...entry.settings, provider: entry.provider.name }, { credentials });
		const items: INodeExecutionData[] = [];
		const poll = async (one: ReturnType<PollHost['tick']>) => {
			const { items: found, error } = await one;
			if (error) throw error;
			items.push(...(found ?? []));
			clock.advance(MINUTE);
		};
		await poll(trigger.activate());
		await poll(trigger.tick());
		expect(items).toEqual([]);
		const stage = world.jobs.need(invited.jobId).stageIds.find((id) => id !== invited.stageId && /interview/i.test(world.stages.need(id).name));
		actions.schedule(world, invited, { title: 'Talk', startsAt: clock.now() + DAY }, BY);
		if (stage !== undefined) actions.move(world, invited, stage, BY);
		const { application } = actions.apply(world, world.jobs.need(stays.jobId), { candidate: { ...world.candidates.need(stays.candidateId), firstName: 'Ada', lastName: 'Newcomer', emails: [{ type: 'PERSONAL', address: 'ada.newcomer@example.com' }] }, match: false }, BY);
		actions.attach(world, { candidateId: application.candidateId, applicationId: application.id }, { kind: 'CV', fileName: 'cv.pdf', contentType: 'application/pdf', bytes: pdf }, BY);
		actions.reject(world, rejected, world.rejectionReasons.rows[0]?.id ?? null, null, BY);
		actions.hire(world, hired, BY);
		for (let minute = 0; minute < 3; minute++) await poll(trigger.tick());
		return items;
	}
});
