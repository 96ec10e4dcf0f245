import type { Resource } from '../../../lib/action/operation';
import type { ChatKittyApi } from '../api';
import { afterStart, started } from '../jobs';
import { jobModel } from '../models';
import { operation } from '../operation';

/** https://chatkitty.com/docs/api/reference#analytics */
export const exporting: Resource<ChatKittyApi> = {
	name: 'Export',
	value: 'export',
	description: 'Everything of one kind as a file, made in the background',
	operations: [exportOf('Messages', 'messages'), exportOf('Users', 'users')],
};

function exportOf(name: string, value: string) {
	return operation({
		name,
		value,
		action: `Export ${value}`,
		description: `Have all ${value} written to a file. Gives a job: Job, Download Result fetches the file when it is done.`,
		access: 'read',
		fields: [...afterStart],
		output: jobModel,
		run: async (chatkitty, p, item) => await started(chatkitty, item, await chatkitty.act('POST', `/analytics/${value}`), p),
	});
}
