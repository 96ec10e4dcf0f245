/**
 * Leave Out Personal Data, seen from the other side: every text that an output may hold either goes, or is named here as one that tells of no
 * person. A field with a new name is therefore an error until somebody has decided about it.
 */
import { join } from 'node:path';

import { z } from 'zod/v4';

import { some } from '../size.cts';
import { personalFilter } from '../../lib/action/personal';
import type { Row } from '../../lib/action/operation';
import { packageRoot } from './harness/package.cts';
import { credentialsOn, nodes, operationsOf, Recorder } from './support/everyOperation.cts';
import { actionNodes, UNIFIED } from './support/nodes.cts';
import { RecordingProxy } from './support/recordingProxy.cts';

/** IDs, moments, and addresses of the API itself. */
const IMPERSONAL = /(^|[._-])id$|Ids?$|([_-]at|_time|_date|At|Start|End|^task\.date|last_login)$|href$/;

/** What stays, by node: facts of jobs and of the pipeline, words of the service, tags, what an account is set up with. */
const STAYS: Record<string, string> = {
	ats: `application.jobTitle application.stage candidate.tags job.provider message.provider info.title info.description info.infoUrl info.applyUrl departments.name offices.name offices.location
		stages.text stage.text rejectionReason.text tag.text message.createdBy provider.check provider.message provider.evidence`,
	chatKitty: `message.file_content_type channel.file_content_type thread.file_content_type message.group_tag channel.group_tag thread.group_tag application.key channel.status user.status channel.type export.type
		import.type job.type data.type user.event user.secret`,
	chatTechnologies: `message.direction message.status data.direction data.status candidate.type change.type company.type department.type role.type data.type candidate.version candidate.tags attributes.tags
		change.code attributes.code company.name company.website attributes.website company.locale attributes.locale department.name role.name`,
	flatchr: `candidate.applicant candidate.vacancy candidate.vacancy_key candidate.column candidate.response message.resource_type message.action candidate.extension vacancy.slug vacancy.title vacancy.reference
		vacancy.language vacancy.remote vacancy.salary vacancy.salary_max vacancy.currency vacancy.address vacancy.apply_url vacancy.vacancy_key vacancy.contract_type vacancy.url vacancy.description vacancy.profile
		vacancy.mensuality vacancy.status vacancy.metier vacancy.activity address.locality address.route address.postal_code address.formatted_address address.location_lng address.location_lat vacancy.mission comment.type comment.created_by comment.reply_to
		comment.attachments comment.message task.type task.value task.users tag.value tag.title tag.values tag.type column.title user.language user.timezone referenceData.text`,
	knit: `application.status application.stage application.origin currentStage.text stage.text candidate.tags info.tags candidate.applications info.applications integration.token integration.category job.title job.status
		job.departments job.offices stages.text job.applyUrl info.title info.description info.infoUrl info.applyUrl departments.name offices.name offices.location address.city jobQuestions.question
		headers.any headers.content-type sync.webhookUrl`,
	kombo: `current_stage.name job.name application.content_type candidate.content_type application.job application.stage applications.stage applications.job tags.name candidate.tags greenhouse.id_type job.job_code
		job.status job.visibility job.employment_type job.department job.city job.country job.description job.category job.post_url job.experience_level location.city location.raw location.street_1 location.zip_code stages.name
		screening_questions.title screening_questions.description screening_questions.precondition_options options.name format.accepted_mime_types raw_question.kind job_postings.title job_postings.description_html interview.job offer.job stage.name tag.name
		job_roles.remote_label system_roles.remote_label system_roles.unified_type role.remote_label role.unified_type rejectionReason.name integration.link connection.link integration.tool integration.category
		integration.customer integration.readable integration.writable integration.key integration.model integration.label integration.description integration_field.key integration_field.type integration_field.label
		end_user.organization_name scope_config.name read_models.label write_actions.label connection.tool connection.end_user_organization_name connection.setup_status tool.label tool.readable tool.writable
		tool.connection_guide_url tool.logo_url tool.icon_url assets.logo_url assets.icon_url assets.icon_black_url features.label headers.content-type apiRequest.status results.job_code results.description results.category
		results.department results.post_url results.experience_level`,
};

interface Schema {
	type?: string | string[];
	enum?: unknown[];
	const?: unknown;
	anyOf?: Schema[];
	allOf?: Schema[];
	items?: Schema;
	properties?: Record<string, Schema>;
	additionalProperties?: Schema | boolean;
}

/** A row of this shape: every text that may be anything is there. */
function sample(schema: Schema): unknown {
	if (schema.anyOf) {
		const options = schema.anyOf.filter(({ type }) => type !== 'null');
		return sample(options.find(({ type }) => type === 'object' || type === 'array') ?? options[0] ?? {});
	}
	if (schema.allOf) return Object.assign({}, ...schema.allOf.map(sample));
	if (schema.enum || schema.const !== undefined) return null;
	const type = Array.isArray(schema.type) ? schema.type.find((one) => one !== 'null') : schema.type;
	if (type === 'array') return [sample(schema.items ?? {})];
	if (type === 'object') {
		const open = typeof schema.additionalProperties === 'object' && schema.properties === undefined ? { any: schema.additionalProperties } : {};
		return Object.fromEntries(Object.entries({ ...schema.properties, ...open }).map(([name, one]) => [name, sample(one)]));
	}
	return type === 'string' || type === undefined ? 'a text' : null;
}

/** The texts in a row, each by its field and what that stands in. */
function texts(value: unknown, path: readonly string[]): Array<[name: string, text: string]> {
	if (typeof value === 'string') return value === '' ? [] : [[path.slice(-2).join('.'), value]];
	if (Array.isArray(value)) return value.flatMap((one) => texts(one, path));
	return typeof value === 'object' && value !== null ? Object.entries(value).flatMap(([name, inner]) => texts(inner, [...path, name])) : [];
}

const stays = (node: string) => new Set(STAYS[node]?.split(/\s+/));
const undecided = (node: string, found: ReadonlyArray<[string, string]>) => [...new Set(found.map(([name]) => name).filter((name) => !IMPERSONAL.test(name) && !stays(node).has(name)))];

it.each(actionNodes.map(({ folder, name, resources }) => [name, folder, resources] as const))('%s: no text that an output declares is left in unless somebody said that it tells of no person', (name, folder, resources) => {
	const { personal }: { personal: string[] } = require(join(packageRoot, 'nodes', folder, 'personal'));
	const without = personalFilter(personal);
	const declared = resources.flatMap(({ value, operations }) => operations.flatMap(({ output }) => (output ? texts(without(sample(z.toJSONSchema(output(), { unrepresentable: 'any' }) as Schema) as Row, value), [value]) : [])));
	expect(declared.length).toBeGreaterThan(20);
	expect(undecided(name, declared)).toEqual([]);
});

describe.each(some(Object.keys(nodes).filter((name) => name !== UNIFIED), 2))('%s', (node) => {
	let proxy: RecordingProxy;
	beforeAll(async () => void (proxy = await RecordingProxy.open()));
	afterAll(async () => await proxy.close());

	it('leaves in no other text of what the service itself writes', async () => {
		const recorder = new Recorder(proxy, credentialsOn(proxy));
		const found: Array<[string, string]> = [];
		for (const operation of operationsOf(node)) {
			const { outcome } = await recorder.one(operation, { simplify: false, options: { leaveOutPersonalData: true } });
			found.push(...outcome.items.flatMap(({ json }) => texts(json, [String(operation.chosen.resource)])));
		}
		// Moments, numbers and words of a fixed list are no free texts.
		expect(undecided(node, found.filter(([, text]) => !/^(\d{4}-\d\d-\d\d.*|[A-Z_]+|\d+)$/.test(text)))).toEqual([]);
	});
});
