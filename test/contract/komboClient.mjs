/**
 * Drives Kombo's official client in a process of its own (it is an ES module, jest runs CommonJS) and prints, as JSON,
 * what each of its methods made of the answer. Input: the address, key, integration id and record ids, as one JSON argument.
 */
import { Kombo } from '@kombo-api/sdk';

const at = JSON.parse(process.argv[2]);
const kombo = new Kombo({ api_key: at.apiKey, integration_id: at.integrationId, server_url: at.url });
const file = { name: 'cv.txt', content_type: 'text/plain', data: Buffer.from('curriculum vitae').toString('base64') };
const person = (n) => ({ first_name: 'Ada', last_name: 'Lovelace', email_address: `ada${n}@mail.example`, location: { country: 'GB', city: 'London' } });
const link = { label: 'Result', url: 'https://example.com/r', details: { custom_field_name_prefix: 'Acme:', attributes: [{ key: 'Score', value: '97' }] } };

/** All rows of a paged read, through the client's own iterator. */
const all = async (pages) => {
	const rows = [];
	let count = 0;
	for await (const page of await pages) {
		rows.push(...page.result.data.results);
		count++;
	}
	return { rows: rows.length, pages: count, first: rows[0] };
};

const since = new Date(at.since);
const calls = {
	'ats.getApplications': () => all(kombo.ats.getApplications({ page_size: 50, updated_after: since, include_deleted: true, outcomes: ['PENDING', 'HIRED', 'DECLINED'], job_ids: at.jobIds, ignore_unsupported_filters: true })),
	'ats.getCandidates': () => all(kombo.ats.getCandidates({ page_size: 50 })),
	'ats.getJobs': () => all(kombo.ats.getJobs({ page_size: 5, statuses: ['OPEN', 'CLOSED', 'DRAFT'] })),
	'ats.getInterviews': () => all(kombo.ats.getInterviews({ page_size: 50 })),
	'ats.getOffers': () => all(kombo.ats.getOffers({ page_size: 50 })),
	'ats.getTags': () => all(kombo.ats.getTags({})),
	'ats.getUsers': () => all(kombo.ats.getUsers({})),
	'ats.getRoles': () => all(kombo.ats.getRoles({})),
	'ats.getApplicationStages': () => all(kombo.ats.getApplicationStages({})),
	'ats.getRejectionReasons': () => all(kombo.ats.getRejectionReasons({})),
	'ats.moveApplicationToStage': () => kombo.ats.moveApplicationToStage({ application_id: at.applicationId, body: { stage_id: at.stageId } }),
	'ats.addApplicationNote': () => kombo.ats.addApplicationNote({ application_id: at.applicationId, body: { content: 'Called twice', content_type: 'PLAIN_TEXT' } }),
	'ats.addApplicationResultLink': () => kombo.ats.addApplicationResultLink({ application_id: at.applicationId, body: link }),
	'ats.addCandidateResultLink': () => kombo.ats.addCandidateResultLink({ candidate_id: at.candidateId, body: link }),
	'ats.addApplicationAttachment': () => kombo.ats.addApplicationAttachment({ application_id: at.applicationId, body: { attachment: { ...file, type: 'OTHER' } } }),
	'ats.addCandidateAttachment': () => kombo.ats.addCandidateAttachment({ candidate_id: at.candidateId, body: { attachment: { ...file, type: 'OTHER' } } }),
	'ats.getApplicationAttachments': () => kombo.ats.getApplicationAttachments({ application_id: at.applicationId }),
	'ats.getCandidateAttachments': () => kombo.ats.getCandidateAttachments({ candidate_id: at.candidateId }),
	'ats.addCandidateTag': () => kombo.ats.addCandidateTag({ candidate_id: at.candidateId, body: { tag: { name: 'From the client' } } }),
	'ats.removeCandidateTag': () => kombo.ats.removeCandidateTag({ candidate_id: at.candidateId, body: { tag: { name: 'From the client' } } }),
	'ats.createApplication': () => kombo.ats.createApplication({ job_id: at.jobId, body: { candidate: person(1), attachments: [{ ...file, type: 'CV' }], screening_question_answers: at.answers } }),
	'ats.createCandidate': () => kombo.ats.createCandidate({ candidate: person(2), application: { job_id: at.jobId } }),
	'ats.importTrackedApplication': () => kombo.ats.importTrackedApplication({ greenhouse: { id_type: 'application_id', application_id: at.applicationRemoteId }, tracked_at: since }),
	'ats.rejectApplication': () => kombo.ats.rejectApplication({ application_id: at.applicationId, body: { rejection_reason_id: at.reasonId, note: 'Sorry' } }),
	'general.checkApiKey': () => kombo.general.checkApiKey(),
	'general.triggerSync': () => kombo.general.triggerSync({ type: 'DELTA' }),
	'general.sendPassthroughRequest': () => kombo.general.sendPassthroughRequest({ tool: at.integrationId.split(':')[0], api: 'harvest', body: { method: 'GET', path: '/candidates', params: { a: '1' } } }),
	'general.getIntegrationDetails': () => kombo.general.getIntegrationDetails({ integration_id: at.integrationId }),
	'general.getIntegrationFields': () => all(kombo.general.getIntegrationFields({ integration_id: at.integrationId, page_size: 4 })),
	'general.updateIntegrationField': () => kombo.general.updateIntegrationField({ integration_id: at.integrationId, integration_field_id: at.fieldId, body: { enable_passthrough: true } }),
	'general.getCustomFields': () => all(kombo.general.getCustomFields({ integration_id: at.integrationId, page_size: 2 })),
	'general.updateCustomFieldMapping': () => kombo.general.updateCustomFieldMapping({ integration_id: at.integrationId, custom_field_id: at.customFieldId, body: { integration_field_id: at.fieldId } }),
	'general.createReconnectionLink': () => kombo.general.createReconnectionLink({ integration_id: at.integrationId, body: { language: 'fr', link_type: 'MAGIC_LINK' } }),
	'general.createSetupLink': () => kombo.general.createSetupLink({ integration_id: at.integrationId, body: { link_type: 'EMBEDDED' } }),
	'general.getTools': () => kombo.general.getTools({ category: 'ats' }),
	'connect.createConnectionLink': () => kombo.connect.createConnectionLink({ end_user_email: 'boss@customer.example', end_user_organization_name: 'Customer', integration_category: 'ATS' }),
	'connect.getIntegrationByToken': async () => {
		const { data } = await kombo.connect.createConnectionLink({ end_user_email: 'boss@customer.example', end_user_organization_name: 'Customer', integration_category: 'ATS' });
		return await kombo.connect.getIntegrationByToken({ token: data.link.split('/').pop() });
	},
	'general.setIntegrationEnabled': () => kombo.general.setIntegrationEnabled({ integration_id: at.spareId, body: { value: false } }),
	'general.deleteIntegration': () => kombo.general.deleteIntegration({ integration_id: at.spareId, body: {} }),
};

/** Errors in Kombo's form must reach the client as its typed errors. */
const refusals = {
	'a closed job': () => kombo.ats.createApplication({ job_id: at.closedJobId, body: { candidate: person(3) } }),
	'an unknown application': () => kombo.ats.addApplicationNote({ application_id: 'nobody', body: { content: 'x', content_type: 'PLAIN_TEXT' } }),
	'a wrong key': () => new Kombo({ api_key: 'wrong', server_url: at.url }).general.checkApiKey(),
};

const methods = ['ats', 'general', 'connect'].flatMap((part) => Object.getOwnPropertyNames(Object.getPrototypeOf(kombo[part])).filter((name) => name !== 'constructor').map((name) => `${part}.${name}`));
const outcome = { methods, results: {}, refusals: {}, webhooks: {} };
for (const [name, call] of Object.entries(calls)) {
	try {
		outcome.results[name] = { ok: true, value: await call() };
	} catch (error) {
		outcome.results[name] = { ok: false, error: String(error), cause: String(error?.cause ?? ''), body: error?.body };
	}
}
for (const [name, call] of Object.entries(refusals)) {
	try {
		outcome.refusals[name] = { ok: true, value: await call() };
	} catch (error) {
		outcome.refusals[name] = { ok: false, kind: error?.constructor?.name, status: error?.statusCode, code: error?.data$?.error?.code ?? error?.error?.code };
	}
}
for (const { body, headers } of at.webhooks) {
	const { type } = JSON.parse(body);
	try {
		// Version 1.1.3 of the client holds the body against a schema of header and body together, so it is handed both.
		const both = JSON.stringify({ 'X-Kombo-Signature': headers['x-kombo-signature'], body: JSON.parse(body) });
		const parsed = await kombo.validateWebhook({ request: { body: both, headers, url: 'http://localhost/', method: 'POST' } });
		outcome.webhooks[type] = { ok: true, value: parsed };
	} catch (error) {
		outcome.webhooks[type] = { ok: false, error: String(error) };
	}
}
console.log(JSON.stringify(outcome));
