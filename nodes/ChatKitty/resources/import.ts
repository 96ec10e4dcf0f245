import type { Resource } from '../../../lib/action/operation';
import { path } from '../../../lib/http/path';
import type { ChatKittyApi } from '../api';
import { channelId } from '../fields';
import { SHAPES, sourceFields, startImport, type RowShape } from '../imports';
import { afterStart, started } from '../jobs';
import { jobModel } from '../models';
import { operation } from '../operation';

/** https://chatkitty.com/docs/concepts/imports */
export const imports: Resource<ChatKittyApi> = {
	name: 'Import',
	value: 'import',
	description: 'Many records in one file, worked off in the background',
	operations: [
		importOf('Channels', 'channels', SHAPES.channel, 'type (DIRECT, PUBLIC, PRIVATE), members (usernames), name, display_name, creator (username), properties, idempotency_key'),
		operation({
			name: 'Members',
			value: 'members',
			action: 'Import members of a channel',
			description: 'Let many users into one channel. Channel, Get Many supplies the ID. Gives a job: Job, Wait tells when it is done.',
			access: 'write',
			fields: [channelId, ...sourceFields('username, idempotency_key'), ...afterStart],
			output: jobModel,
			run: async (chatkitty, p, item) => {
				const row = await startImport(chatkitty, item, path`/imports/channels/${p.channelId}/members`, SHAPES.member, p);
				return row ? await started(chatkitty, item, row, p) : [];
			},
		}),
		importOf('Messages', 'messages', SHAPES.message, 'channel_id, body, user (username; a system message without), group_tag, properties, idempotency_key'),
		importOf('Users', 'users', SHAPES.user, 'name (username), display_name, guest, properties, display_picture, idempotency_key'),
	],
};

function importOf(name: string, value: string, shape: RowShape, fields: string) {
	return operation({
		name,
		value,
		action: `Import ${value}`,
		description: `Make many ${value} at once. Rows with an idempotency_key are not imported twice. Gives a job: Job, Wait tells when it is done.`,
		access: 'write',
		fields: [...sourceFields(fields), ...afterStart],
		output: jobModel,
		run: async (chatkitty, p, item) => {
			const row = await startImport(chatkitty, item, `/imports/${value}`, shape, p);
			return row ? await started(chatkitty, item, row, p) : [];
		},
	});
}
