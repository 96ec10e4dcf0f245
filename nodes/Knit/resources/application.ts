import { collection, jsonObject, text, toggle, type Json } from '../../../lib/action/field';
import { settledAll, type Item } from '../../../lib/action/item';
import type { OutputItem, Resource, Row } from '../../../lib/action/operation';
import { FieldError } from '../../../lib/errors';
import { asRow, LISTS, operation, type KnitApi } from '../api';
import { applicationFilters, applicationId, candidateId, unpublished } from '../fields';
import { createdApplicationModel, part, pick, simpleApplication, simpleApplicationModel } from '../models';
import { newApplication, newApplicationBody } from './shared/newApplication';

const body = jsonObject('body', { displayName: 'Body (JSON)', required: true, default: '{}', rows: 6, description: 'Sent to Knit as it is', hint: unpublished });

const file = collection('file', {
	displayName: 'File',
	addLabel: 'Add Property',
	description: 'Puts a file of the input into the body, as base64 text',
	fields: [
		text('binaryField', { displayName: 'Input Binary Field', placeholder: 'data', description: 'The name of the input field that holds the file' }),
		text('contentPath', { displayName: 'Content Goes To', placeholder: 'attachment.attachmentContent.content', description: 'Place of the content in the body, keys joined by dots' }),
		text('namePath', { displayName: 'Name Goes To', placeholder: 'attachment.name', description: 'Place of the file name in the body, keys joined by dots' }),
	],
});

export const application: Resource<KnitApi> = {
	name: 'Application',
	value: 'application',
	description: "One person's submission for one job",
	operations: [
		operation({
			name: 'Add Attachment (Undocumented Body)',
			value: 'addAttachment',
			action: 'Add an attachment to an application',
			description: 'Upload a file to an application. Knit does not publish the fields of this call, so the body is yours to write.',
			access: 'write',
			fields: [body, file],
			// https://getknit.dev/solutions-use-cases/create-push-applications-for-a-job-posting
			run: async (knit, p, item) => ({ success: true, ...(await knit.post('/ats.application.attachment.add', await withFile(p.body, p.file, item))) }),
		}),
		operation({
			name: 'Create',
			value: 'create',
			action: 'Create an application',
			description: 'Submit a candidate, new or known, for a job. Job, Get Many gives the job ID.',
			access: 'write',
			fields: newApplication,
			output: createdApplicationModel,
			// https://getknit.dev/solutions-use-cases/create-push-applications-for-a-job-posting
			run: async (knit, p, item) => await knit.make('/ats.application.create', await newApplicationBody(p, item)),
		}),
		operation({
			name: 'Get',
			value: 'get',
			action: 'Get an application',
			description: 'Read one application with its stage, interviews, rejection, offers and attachments. Application, Get Many gives both IDs.',
			access: 'read',
			fields: [applicationId, candidateId],
			simplify: simpleApplication,
			output: simpleApplicationModel,
			run: async (knit, p) => await applicationOf(knit, p.applicationId, p.candidateId),
		}),
		operation({
			name: 'Get Many',
			value: 'getAll',
			action: 'Get many applications',
			description: 'List applications of the connected ATS, live, filtered by job, stage, status or date',
			access: 'read',
			many: true,
			fields: [
				applicationFilters,
				toggle('details', {
					displayName: 'Fetch Details',
					description: 'Whether to get each application once more by its ID: for an ATS whose list gives outlines only (Workable does). One more call each.',
				}),
			],
			simplify: simpleApplication,
			output: simpleApplicationModel,
			// https://developers.getknit.dev/docs/list-applications
			run: (knit, p, item) => (p.details ? withDetails(knit, knit.list(LISTS.applications, 'applications', p.filters), item.limit) : knit.list(LISTS.applications, 'applications', p.filters)),
		}),
		operation({
			name: 'Update Stage (Undocumented Body)',
			value: 'updateStage',
			action: 'Update the stage of an application',
			description: 'Move an application to another stage. Knit does not publish the fields of this call, so the body is yours to write. Job, Get lists the stages.',
			access: 'write',
			fields: [body],
			// https://getknit.dev/solutions-use-cases/get-candidate-hiring-funnel-stage-progress
			run: async (knit, p) => ({ success: true, ...(await knit.post('/ats.application.stage.update', p.body)) }),
		}),
	],
};

/** One application in full. Knit wants the candidate's ID as well. */
export async function applicationOf(knit: KnitApi, id: string, candidate: string): Promise<Row> {
	const { application: found } = await knit.get('/ats.application.get', { applicationId: id, candidateId: candidate });
	if (pick(part(found, 'info'), 'id') === null) throw new FieldError(`Knit gave no application for the ID ${id}`, 'Check that both IDs are of the same application and of this integration.');
	return asRow(found);
}

async function* withDetails(knit: KnitApi, pages: AsyncIterable<readonly Row[]>, limit: number | undefined): AsyncGenerator<OutputItem[]> {
	let left = limit ?? Infinity;
	for await (const rows of pages) {
		const wanted = rows.slice(0, left);
		left -= wanted.length;
		yield await settledAll(wanted, async (row) => {
			const id = pick(row.info, 'id');
			const candidate = pick(part(row.info, 'candidate'), 'id');
			return id === null || candidate === null ? row : await applicationOf(knit, id, candidate);
		});
		if (left <= 0) return;
	}
}

async function withFile(given: Record<string, Json>, { binaryField, contentPath, namePath }: ReturnType<typeof file.read>, item: Item): Promise<Record<string, Json>> {
	if (binaryField === undefined) return given;
	if (contentPath === undefined) throw new FieldError('"Content Goes To" is empty', 'Say where in the body the file belongs, for example attachment.attachmentContent.content.');
	const { data, name } = await item.readFile(binaryField);
	const filled = placed(given, contentPath, data.toString('base64'));
	return namePath === undefined ? filled : placed(filled, namePath, name);
}

/** A copy of `object` with a value at `a.b.c`; what is missing on the way is made. */
function placed(object: Record<string, Json>, path: string, value: string): Record<string, Json> {
	const [key = '', ...rest] = path.split('.');
	if (key === '' || key === '__proto__') throw new FieldError(`"${path}" is not a place in the body`, 'Join keys by dots, for example attachment.name.');
	const inner = object[key];
	const within = typeof inner === 'object' && inner !== null && !Array.isArray(inner) ? inner : {};
	return { ...object, [key]: rest.length === 0 ? value : placed(within, rest.join('.'), value) };
}
