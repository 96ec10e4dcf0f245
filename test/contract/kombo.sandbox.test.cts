import { execFile } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startSandbox, type Sandbox } from '../../sandbox/index.cts';
import { integrationIdOf } from '../../sandbox/kombo/state.cts';

interface Result {
	ok: boolean;
	value?: { rows?: number; pages?: number; first?: Record<string, unknown>; data?: Record<string, unknown>; status?: string };
	error?: string;
	cause?: string;
	body?: string;
}

interface Outcome {
	methods: string[];
	results: Record<string, Result>;
	refusals: Record<string, { ok: boolean; kind?: string; status?: number; code?: string }>;
	webhooks: Record<string, Result>;
}

const WEBHOOKS = ['data-changed', 'sync-finished', 'integration-created', 'integration-deleted', 'integration-state-changed', 'connection-flow-failed', 'assessment:order-received', 'inline-assessment:order-received'];

let sandbox: Sandbox;
let receiver: Server;
let outcome: Outcome;

/** The client makes candidates of its own, after it has read them. */
let candidatesBefore = 0;

beforeAll(async () => {
	sandbox = await startSandbox({ seed: 'contract', jobs: 12, applications: 130, services: ['kombo'] });
	const received: Array<{ body: string; headers: Record<string, string> }> = [];
	receiver = createServer((request, response) => {
		const chunks: Buffer[] = [];
		request.on('data', (chunk: Buffer) => chunks.push(chunk));
		request.on('end', () => {
			received.push({ body: Buffer.concat(chunks).toString(), headers: { 'x-kombo-signature': String(request.headers['x-kombo-signature']) } });
			response.end('ok');
		});
	});
	await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
	const port = (receiver.address() as AddressInfo).port;
	await sandbox.control('kombo/settings', { webhookDelay: null });
	await sandbox.control('kombo/webhooks', { url: `http://127.0.0.1:${port}/` });
	for (const type of WEBHOOKS) await sandbox.control('kombo/webhooks/send', { type });
	await sandbox.control('kombo/webhooks/clear', {});

	const { world } = sandbox;
	const headers = { authorization: `Bearer ${sandbox.keys['kombo'] ?? ''}` };
	const integration = encodeURIComponent(integrationIdOf(sandbox.world));
	const fields = (await sandbox.inject({ url: `/kombo/v1/integrations/${integration}/integration-fields`, headers })).json();
	const custom = (await sandbox.inject({ url: `/kombo/v1/integrations/${integration}/custom-fields`, headers })).json();
	const link = (await sandbox.inject({ method: 'POST', url: '/kombo/v1/connect/create-link', headers: { ...headers, 'content-type': 'application/json' }, payload: JSON.stringify({ end_user_email: 'a@b.example', end_user_organization_name: 'Spare', integration_category: 'ATS' }) })).json();
	const spare = (await sandbox.inject({ url: `/kombo/v1/connect/integration-by-token/${String(link.data.link).split('/').pop()}`, headers })).json();

	const open = world.jobs.rows[0];
	const closed = world.jobs.rows.find((job) => job.status === 'CLOSED');
	const application = world.applications.rows.find((row) => row.status === 'PENDING');
	if (!open || !closed || !application) throw new Error('The seeded world lacks what this test needs.');
	const stageIds = world.jobs.need(application.jobId).stageIds;
	const question = (type: string) => open.questions.find((one) => one.type === type);
	const languages = question('MULTI_SELECT');
	const input = {
		url: sandbox.urls['kombo'],
		apiKey: sandbox.keys['kombo'],
		integrationId: integrationIdOf(sandbox.world),
		spareId: spare.data.id,
		since: '2001-01-01T00:00:00.000Z',
		jobIds: world.jobs.rows.map((job) => job.id),
		jobId: open.id,
		closedJobId: closed.id,
		applicationId: application.id,
		applicationRemoteId: application.remoteId,
		candidateId: application.candidateId,
		stageId: stageIds.find((id) => id !== application.stageId && !world.stages.need(id).hired),
		reasonId: world.rejectionReasons.rows[0]?.id,
		fieldId: fields.data.results[0].id,
		customFieldId: custom.data.results[0].id,
		answers: [
			{ question_id: open.questions[0]?.id, answer: 'Because' },
			{ question_id: languages?.id, answer: languages?.options.map((option) => option.id) },
		],
		webhooks: received,
	};
	candidatesBefore = world.candidates.size;
	const { stdout } = await promisify(execFile)(process.execPath, [join(__dirname, 'komboClient.mjs'), JSON.stringify(input)], { maxBuffer: 64 * 1024 * 1024 });
	outcome = JSON.parse(stdout) as Outcome;
});

afterAll(async () => {
	await sandbox.close();
	receiver.close();
});

const value = (name: string) => outcome.results[name]?.value;

test("Kombo's own client understands every answer of the sandbox", () => {
	const failed = Object.entries(outcome.results).filter(([, result]) => !result.ok);
	expect(failed).toEqual([]);
});

test("no method of Kombo's client is left out", () => {
	expect(outcome.methods.filter((method) => !(method in outcome.results))).toEqual([]);
});

test('the client reads every record, page after page', () => {
	expect(value('ats.getApplications')).toMatchObject({ rows: 130, pages: 3 });
	expect(value('ats.getJobs')).toMatchObject({ rows: 12, pages: 3 });
	expect(value('ats.getCandidates')?.rows).toBe(candidatesBefore);
	expect(value('ats.getApplications')?.first?.['candidate']).toMatchObject({ first_name: expect.any(String) });
	expect(value('general.getIntegrationFields')).toMatchObject({ rows: 9, pages: 3 });
});

test('what the client wrote is in the world', () => {
	const { world } = sandbox;
	const created = world.applications.need(String(value('ats.createApplication')?.data?.['id']));
	expect(world.candidates.need(created.candidateId)).toMatchObject({ firstName: 'Ada', emails: [{ address: 'ada1@mail.example', type: 'PERSONAL' }] });
	expect(created.answers.map((answer) => answer.value)).toEqual(['Because', ['English', 'French', 'German', 'Spanish']]);
	const cv = world.attachments.by('applicationId', created.id)[0];
	expect(cv && world.bytes(cv).toString()).toBe('curriculum vitae');
	const touched = world.journal.filter((entry) => entry.by === 'kombo' && entry.model === 'application').map((entry) => entry.path);
	expect(touched).toEqual(expect.arrayContaining(['stageId', 'status', 'rejection', '']));
});

test("a refusal reaches the client with Kombo's code", () => {
	expect(outcome.refusals['a closed job']).toMatchObject({ ok: false, kind: 'KomboAtsError', code: 'ATS.JOB_CLOSED' });
	expect(outcome.refusals['an unknown application']).toMatchObject({ ok: false, kind: 'KomboAtsError', status: 404 });
	expect(outcome.refusals['a wrong key']).toMatchObject({ ok: false, kind: 'KomboGeneralError', status: 401, code: 'PLATFORM.AUTHENTICATION_INVALID' });
});

test("Kombo's client accepts every webhook the sandbox sends", () => {
	expect(Object.keys(outcome.webhooks).sort()).toEqual([...WEBHOOKS].sort());
	expect(Object.entries(outcome.webhooks).filter(([, result]) => !result.ok)).toEqual([]);
});

test("neither side broke Kombo's own description", () => {
	expect(sandbox.violations).toEqual([]);
});
