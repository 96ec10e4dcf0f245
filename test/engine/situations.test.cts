/** Situations that people have met, at every provider of the ATS node (in `npm test` at some): what a service answers is recorded and played back with one thing changed. */
import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { providerEntries } from '../providers/index.cts';
import { some } from '../size.cts';
import { runNode, StoredCredentials, type NodeOptions, type Outcome } from './harness/index.cts';
import { credentialsOn, operationsOf, Recorder } from './support/everyOperation.cts';
import { RecordingProxy, type Exchange } from './support/recordingProxy.cts';

const PUBLIC = /url|subdomain|domain|region|environment|scheme|version|id$|email|slug|company/i;

describe.each(some(providerEntries, 4).map((entry) => [entry.provider.name, entry] as const))('%s', (name, { provider, settings }) => {
	const { operations } = provider.capabilities;
	const offers = (...names: string[]) => names.every((one) => one in operations);
	let proxy: RecordingProxy;
	beforeAll(async () => {
		proxy = await RecordingProxy.open({ jobs: 4, applications: 40 });
	});
	afterAll(async () => await proxy.close());

	const ats = async (resource: string, operation: string, parameters: INodeParameters = {}, options: NodeOptions = {}): Promise<Pick<Outcome, 'json' | 'items' | 'error'>> =>
		await runNode('ats', { provider: name, resource, operation, ...settings, simplify: false, ...parameters }, { credentials: credentialsOn(proxy), ...options });
	const recorded = async (...args: Parameters<typeof ats>) => await proxy.record(async () => await ats(...args));
	const rows = async (...args: Parameters<typeof ats>): Promise<IDataObject[]> => {
		const { json, error } = (await recorded(...args)).result;
		if (error) throw error;
		return json;
	};
	const altered = (change: (text: string) => string) => (exchange: Exchange) => ({ ...exchange, body: Buffer.from(change(exchange.body.toString('utf8'))) });

	const people = offers('candidate.getMany') ? it : it.skip;
	people('somebody is found by an address as a sheet holds it, and a stranger is found by none', async () => {
		const known = (await rows('candidate', 'getAll', { limit: 5 })).find(({ emails }) => Array.isArray(emails) && emails.length > 0);
		const [{ email } = { email: '' }] = known?.['emails'] as Array<{ email: string }>;
		for (const written of [`\u200b ${email.toUpperCase()}\u00a0\r\n`, `"${email}"\t`]) expect((await rows('candidate', 'getAll', { filters: { email: written } })).map(({ id }) => id)).toContain(known?.['id']);
		// What was said about somebody is said about anybody: a filter that the service ignores.
		const { exchanges } = await recorded('candidate', 'getAll', { filters: { email } });
		expect((await proxy.replay(exchanges, async () => await ats('candidate', 'getAll', { filters: { email: 'nobody.else@mail.example' } }))).json).toEqual([]);
	});

	const twins = offers('candidate.findOrCreate') ? it : it.skip;
	twins('somebody who stands twice in a sheet, written in two ways, is made once', async () => {
		const world = proxy.sandbox.world;
		// Most make a person only with an application.
		const job = offers('job.getMany') ? (await rows('job', 'getAll', { returnAll: true })).find(({ info }) => Object(info).status === 'OPEN') : undefined;
		const before = world.candidates.size;
		const { result } = await recorded('candidate', 'findOrCreate', { email: '={{ $json.email }}', firstName: 'Zoë', lastName: 'Twin', additionalFields: { phone: '+49 30 1234567', ...(job ? { jobId: { __rl: true, mode: 'id', value: String(job['id']) } } : {}) } }, {
			items: ['Zoe.Twin@new.example', '\n zoe.twin@NEW.example ', '\u200bzoe.twin@new.example'].map((email) => ({ json: { email } })),
		});
		expect(result.error).toBeUndefined();
		expect(result.json).toHaveLength(3);
		expect(new Set(result.json.map(({ id }) => id)).size).toBe(1);
		expect(world.candidates.size).toBe(before + 1);
	});

	const applications = offers('application.getMany') ? it : it.skip;
	applications('a phone number that comes as a number is its digits, and never "there is none"', async () => {
		const { result, exchanges } = await recorded('application', 'getAll', { limit: 3 });
		const phones = (json: IDataObject[]) => json.map(({ info }) => ((info as { candidate?: { phones?: Array<{ phoneNumber: string }> } })?.candidate?.phones ?? null)?.map(({ phoneNumber }) => phoneNumber) ?? null);
		const { json } = await proxy.replay(exchanges, async () => await ats('application', 'getAll', { limit: 3 }), altered((text) => text.replace(/"\+\d[\d ()./-]{5,}"/g, '491701234567')));
		expect(phones(json)).toEqual(phones(result.json).map((one) => one && one.map(() => '491701234567')));
	});

	applications('a list of jobs may be written in any way, and never silently becomes all of them', async () => {
		const all = await rows('application', 'getAll', { returnAll: true });
		const jobIds = all.map(({ info }): string | null => Object(info).jobId);
		const jobs = [...new Set(jobIds)].filter((id) => id !== null).slice(0, 2);
		// Of which nobody says whose job it is, nobody says that it does not fit.
		const wanted = jobIds.filter((id) => id === null || jobs.includes(id)).length;
		expect(wanted).toBeLessThan(all.length);
		for (const written of [`['${jobs.join("', '")}']`, `"${jobs.join('" , "')}"`, ` ${jobs.join(' ,, ')},`, `={{ ${JSON.stringify(jobs)} }}`]) expect(await rows('application', 'getAll', { returnAll: true, filters: { jobs: written } })).toHaveLength(wanted);
		for (const empty of ['={{ [] }}', '[ ]', 'None', '={{ [null] }}']) expect((await recorded('application', 'getAll', { filters: { jobs: empty } })).result.error?.message).toMatch(/^"Jobs" is (an empty list|the word "None")/);
	});

	applications('the next page is asked where we ask, also when a proxy made https of http, or took the server out', async () => {
		const { result, exchanges } = await recorded('application', 'getAll', { returnAll: true });
		for (const origin of [proxy.origin.replace('http:', 'https:'), '']) {
			const elsewhere = (text: string) => text.split(proxy.origin).join(origin);
			const link = (exchange: Exchange) => ({ ...altered(elsewhere)(exchange), headers: { ...exchange.headers, ...(exchange.headers.link === undefined ? {} : { link: elsewhere(exchange.headers.link) }) } });
			expect((await proxy.replay(exchanges, async () => await ats('application', 'getAll', { returnAll: true }), link)).json.map(({ id }) => id)).toEqual(result.json.map(({ id }) => id));
		}
	});

	applications('an answer that was cut off on its way is asked for again', async () => {
		const { result, exchanges } = await recorded('application', 'getAll', { limit: 3 });
		let cut = 0;
		const replayed = await proxy.replay(exchanges, async () => await ats('application', 'getAll', { limit: 3 }), (exchange, index) => (index >= 0 && cut++ === 0 ? { ...exchange, body: exchange.body.subarray(0, exchange.body.length - 20) } : exchange));
		// What only reads by POST is not sent again by all.
		if (exchanges[0]?.method === 'GET') expect(replayed.json).toEqual(result.json);
		else expect(replayed.json.length + (replayed.error ? 1 : 0)).toBeGreaterThan(0);
	});

	const files = offers('application.downloadAttachments', 'application.getMany') ? it : it.skip;
	files('a file is what its bytes and its name say, and a page, nothing or an error is none', async () => {
		// A world of its own: whoever was made in the other tests has no file.
		const proxy = await RecordingProxy.open({ jobs: 4, applications: 40 });
		const credentials = credentialsOn(proxy);
		const download = operationsOf('ats').find(({ chosen }) => chosen.operation === 'downloadAttachments' && chosen.provider === name);
		if (!download) throw new Error('It is not offered');
		const { exchanges, parameters } = await new Recorder(proxy, credentials).one(download, {});
		const isFile = ({ body }: Exchange) => body.subarray(0, 5).toString() === '%PDF-';
		expect(exchanges.some(isFile)).toBe(true);
		const answered = async (change: Partial<Exchange>) => await proxy.replay(exchanges, async () => await runNode('ats', parameters, { credentials }), (exchange) => (isFile(exchange) ? { ...exchange, ...change, headers: { ...exchange.headers, ...change.headers } } : exchange));
		for (const type of ['binary/octet-stream', 'text/plain; charset=ISO-8859-1', 'application/x-download', 'Application/PDF;q=1']) {
			const { items, error } = await answered({ headers: { 'content-type': type } });
			expect(error).toBeUndefined();
			expect(Object.values(items[0]?.binary ?? {})).toMatchObject([{ mimeType: 'application/pdf', fileName: expect.stringMatching(/\.pdf$/) }]);
		}
		const named = /^(The file "[^"]+\.pdf"|CV of application \w+) (cannot be had|is empty)/;
		for (const change of [{ body: Buffer.from('\ufeff <!-- proxy -->\n<HTML><body>Sign in</body>') }, { body: Buffer.alloc(0) }, { status: 404, body: Buffer.from('nope') }, { status: 410, headers: { 'content-type': 'application/json' }, body: Buffer.from('{}') }]) {
			expect((await answered(change)).error?.message).toMatch(named);
		}
		await proxy.close();
	});

	it('a key that was pasted with blanks and a line break is the key', async () => {
		const store = credentialsOn(proxy).store;
		const padded = Object.fromEntries(Object.entries(store).map(([type, data]) => [type, Object.fromEntries(Object.entries(data).map(([field, value]) => [field, typeof value === 'string' && value !== '' && !PUBLIC.test(field) ? ` ${value}\r\n` : value]))]));
		const { result } = await recorded('provider', 'checkConnection', {}, { credentials: new StoredCredentials(padded) });
		expect(result.error).toBeUndefined();
		expect(result.json.find(({ check }) => check === 'Credential')).toMatchObject({ status: 'ok' });
	});
});
