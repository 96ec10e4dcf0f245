import { changedModels, concernsModels, integrationOf, isWantedType, parseEvent } from '../../nodes/Kombo/events';
import { listsFor } from '../../nodes/Kombo/changedRecords';
import { filters, queryOf } from '../../nodes/Kombo/fields';
import { resources } from '../../nodes/Kombo/resources';
import { candidateBody } from '../../nodes/Kombo/resources/shared/newCandidate';
import { trackedBody } from '../../nodes/Kombo/resources/shared/tracked';
import { answersOf, mapperFieldsOf } from '../../nodes/Kombo/screening';
import { personName, simpleApplication, simpleCandidate, simpleIntegration, simpleInterview, simpleJob, simpleOffer, simpleTool } from '../../nodes/Kombo/models';
import { isSigned } from '../../lib/webhook/signature';
import { FieldError } from '../../lib/errors';

describe('the signature', () => {
	/** A vector computed from the vendor's description of the algorithm. */
	const secret = 'kombo-test-secret';
	const body = '{"id":"Cbfk5sHtDxrSrJBRjsDtbaN9","type":"data-changed","data":{"integration_id":"sandbox:CBNMt7dSNCzBdnRTx87dev4E","integration_tool":"sandbox","integration_category":"ATS","changed_models":[{"name":"ats_applications"}]}}';
	const signature = 'ewQAiVd4SeXScJeRjB7wSYvjIYNr8E_QEycqaNZoZso';

	it.each([
		['as documented', body, signature, true],
		['padded', body, `${signature}=`, true],
		['of pretty-printed JSON', JSON.stringify(JSON.parse(body), null, 2), signature, false],
		['one letter off', body, signature.replace('e', 'f'), false],
		['too short', body, signature.slice(0, -1), false],
		['in plain base64', body, signature.replace('_', '/'), false],
		['absent', body, undefined, false],
	])('%s', (_what, bytes, given, good) => {
		expect(isSigned(Buffer.from(bytes), given, secret)).toBe(good);
	});

	it('of no secret is never good', () => {
		expect(isSigned(Buffer.from(body), signature, '')).toBe(false);
	});
});

describe('an event', () => {
	it.each([[null], [[]], ['text'], [{}], [{ type: 5 }]])('is not %j', (body) => {
		expect(() => parseEvent(body)).toThrow(FieldError);
	});

	it('may lack its ID and its data', () => {
		expect(parseEvent({ type: 'x' })).toEqual({ type: 'x', data: {} });
	});

	it.each<[string, unknown, string | undefined]>([
		['data-changed', { integration_id: 'a:1', id: 'no' }, 'a:1'],
		['assessment:order-received', { integration_id: 'a:1', id: 'order' }, 'a:1'],
		['integration-created', { id: 'a:1' }, 'a:1'],
		['integration-deleted', { id: 'a:1' }, 'a:1'],
		['issue-status-changed', { integration: { id: 'a:1' } }, 'a:1'],
		['issue-status-changed', { integration: null }, undefined],
		['connection-flow-failed', { integration_tool: 'x' }, undefined],
	])('%s names its integration in %j', (type, data, id) => {
		expect(integrationOf(parseEvent({ type, data }))).toBe(id);
	});

	it('of a type that is not listed goes with any other', () => {
		expect([isWantedType('new', ['other']), isWantedType('new', ['data-changed']), isWantedType('data-changed', ['other'])]).toEqual([true, false, false]);
	});

	it('names its models, whatever else stands there', () => {
		const event = parseEvent({ type: 'data-changed', data: { changed_models: [{ name: 'ats_jobs' }, {}, null, 'x'] } });
		expect(changedModels(event)).toEqual(['ats_jobs']);
		expect([concernsModels(event, []), concernsModels(event, ['ats_jobs']), concernsModels(event, ['ats_tags'])]).toEqual([true, true, false]);
	});

	it('leads to the lists that show its models', () => {
		expect(listsFor(['ats_tags'], [])).toEqual(['applications', 'candidates', 'tags']);
		expect(listsFor(['ats_notes', 'ats_scorecards'], [])).toEqual(['notes', 'scorecards']);
		expect(listsFor(['ats_rejection_reasons'], [])).toEqual(['rejection-reasons']);
		expect(listsFor(['ats_tags'], ['tags', 'jobs'])).toEqual(['tags']);
	});
});

describe('filters', () => {
	it('go by the names of the vendor, without what is off or empty', () => {
		const read = filters().read({ ids: 'a, b', updatedAfter: '2026-01-01T00:00:00+01:00', includeDeleted: true, ignoreUnsupportedFilters: false });
		expect(queryOf(read)).toEqual({ ids: ['a', 'b'], updated_after: '2025-12-31T23:00:00.000Z', include_deleted: true, ignore_unsupported_filters: undefined });
	});

	it('put the chosen job before the listed ones', () => {
		expect(queryOf({ jobId: 'a', jobIds: ['b'] })).toEqual({ job_ids: ['a', 'b'] });
		expect(queryOf({ jobIds: ['b'] })).toEqual({ job_ids: ['b'] });
	});
});

describe('screening questions', () => {
	const select = { type: 'SINGLE_SELECT', options: [{ id: 'o1', name: 'Yes' }, { id: 'o2', name: 'No' }] };
	const questions = [
		{ id: 'q1', title: 'May you work here?', required: true, format: select },
		{ id: 'q2', title: 'Since when?', required: true, format: { type: 'DATE' }, precondition_question_id: 'q1', precondition_options: ['o1'] },
		{ id: 'q3', title: 'Langs', required: false, format: { type: 'MULTI_SELECT', options: [{ id: 'de', name: 'German' }] } },
		{ id: 'q4', title: 'Agree', required: true, format: { type: 'BOOLEAN' } },
		{ id: 'q5', title: 'Why not?', required: false, format: { type: 'TEXT' }, precondition_question_id: 'q4', precondition_options: [false] },
		{ id: 'q6', title: 'Read this', format: { type: 'INFORMATION' } },
		{ id: 'q7', title: 'Odd', format: { type: 'UNKNOWN' } },
		{ id: 'q8', title: null, format: { type: 'FILE' } },
		{ id: 'q9', title: 'No format', format: null },
	];

	it('become fields; what only shows text does not, and a conditional one is never required', () => {
		const fields = mapperFieldsOf(questions);
		expect(fields.map(({ id, type, required, displayName }) => [id, type, required, displayName])).toEqual([
			['q1', 'options', true, 'May you work here?'],
			['q2', 'dateTime', false, 'Since when? – only if "May you work here?" is Yes'],
			['q3', 'array', false, 'Langs (IDs of: German = de)'],
			['q4', 'boolean', true, 'Agree'],
			['q5', 'string', false, 'Why not? – only if "Agree" is no'],
			['q8', 'object', false, 'q8 (JSON: name, content_type, data or data_url)'],
		]);
		expect(fields[0]?.options).toEqual([{ name: 'Yes', value: 'o1' }, { name: 'No', value: 'o2' }]);
	});

	it.each([[undefined], [null], ['x'], [[null, 1, 'x']]])('that are %j become no fields', (none) => {
		expect(mapperFieldsOf(none)).toEqual([]);
	});

	it('are answered from the fields, and the JSON wins', () => {
		expect(answersOf({ q1: 'o1', q2: '2026-01-01T00:00:00.000+02:00' }, { q1: 'o2', q3: ['de'] })).toEqual([
			{ question_id: 'q2', answer: '2026-01-01' },
			{ question_id: 'q1', answer: 'o2' },
			{ question_id: 'q3', answer: ['de'] },
		]);
		expect(answersOf({}, [{ question_id: 'q1', answer: false, more: 1 }])).toEqual([{ question_id: 'q1', answer: false }]);
		expect(() => answersOf({}, [{ question_id: 'q1' }])).toThrow('at position 0');
	});
});

describe('bodies', () => {
	it('of a candidate leave out an address without any part', () => {
		const body = candidateBody({ firstName: 'A', lastName: 'B', email: 'a@b.example', candidate: { salaryAmount: 10 } });
		expect(JSON.parse(JSON.stringify(body))).toEqual({ first_name: 'A', last_name: 'B', email_address: 'a@b.example', salary_expectations: { amount: 10, period: 'YEAR' } });
	});

	it.each([
		[{ tool: 'onlyfy', applicationRemoteId: '1' }, { onlyfy: { id_type: 'application_id', application_id: '1' } }],
		[{ tool: 'greenhousev3', applicationRemoteId: '1' }, { greenhousev3: { id_type: 'application_id', application_id: '1' } }],
	])('of a tracked application %j', (given, body) => {
		expect(trackedBody(given)).toEqual(body);
	});
});

describe('simplified rows', () => {
	const hostile = [{}, { id: null, candidate: 42, job: 'x', stages: 'no', tags: [null, 1, {}], applications: {}, users: [null], application: [], coverage: 7, read_models: null, location: 'here', email_addresses: [null], hiring_team: [{}] }];

	it.each([
		['application', simpleApplication],
		['candidate', simpleCandidate],
		['job', simpleJob],
		['interview', simpleInterview],
		['offer', simpleOffer],
		['integration', simpleIntegration],
		['tool', simpleTool],
	])('of an odd %s are still rows', (_what, { simplify }) => {
		for (const row of hostile) expect(() => JSON.stringify(simplify(row as never))).not.toThrow();
	});

	it.each([
		[{ first_name: 'Ada', last_name: 'Lovelace', email_addresses: [{ email_address: 'a@b.example' }] }, 'Ada Lovelace · a@b.example'],
		[{ first_name: 'Ada', last_name: null, email: 'a@b.example' }, 'Ada · a@b.example'],
		[{ id: 'x', first_name: null, last_name: null }, 'x'],
	])('name a person: %j', (person, name) => {
		expect(personName(person)).toBe(name);
	});
});

describe('what the operations say of themselves', () => {
	const operations = resources.flatMap((resource) => resource.operations.map((operation) => [`${resource.name}: ${operation.name}`, operation] as const));

	it.each(operations)('%s', (_name, operation) => {
		expect(operation.description.length).toBeGreaterThan(20);
		expect(operation.action).toMatch(/^[A-Z][^A-Z]/);
		if (operation.many) expect(operation.access).toBe('read');
		// The preview of a simplified row has just the fields that the row has.
		const shape = operation.output?.();
		if (operation.simplify && shape && 'shape' in shape) expect(Object.keys(operation.simplify({}))).toEqual(Object.keys(shape.shape as object));
	});

	it('name each resource and operation once', () => {
		const names = operations.map(([name]) => name);
		expect(new Set(names).size).toBe(names.length);
	});
});
