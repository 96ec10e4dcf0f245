import { binary, choice, number, text, when } from '../../lib/action/field';
import type { Item } from '../../lib/action/item';
import type { Row } from '../../lib/action/operation';
import { FieldError } from '../../lib/errors';
import { multipart } from '../../lib/http/form';
import type { ChatKittyApi } from './api';
import { referenceTo, usernameOf } from './people';

const inExternalFile = { content: ['externalFile'] };

/** A file at an address of its own. ChatKitty wants all four facts and does not fetch it. */
const externalFileFields = [
	text('fileUrl', { displayName: 'File URL', required: true, placeholder: 'https://example.com/files/offer.pdf', description: 'Where others find the file' }),
	text('fileName', { displayName: 'File Name', description: 'As people will see it', required: true, placeholder: 'offer.pdf' }),
	text('fileContentType', { displayName: 'File Content Type', description: 'Its MIME type', required: true, placeholder: 'application/pdf' }),
	number('fileSize', { displayName: 'File Size', required: true, integer: true, min: 0, placeholder: '32768', description: 'In bytes; ChatKitty requires it' }),
] as const;

/** What a message says: text, a file of the workflow, or a file elsewhere. */
export const contentFields = [
	choice('content', {
		displayName: 'Content',
		description: 'What the message holds: text, or a file',
		default: 'text',
		options: [
			{ name: 'File From Input', value: 'file', description: 'A binary file of the input item, kept by ChatKitty' },
			{ name: 'File From URL', value: 'externalFile', description: 'A file that stays where it is' },
			{ name: 'Text', value: 'text' },
		],
	}),
	when(text('body', { displayName: 'Text', description: 'What people will read', required: true, rows: 4, placeholder: 'Hello Jane, are you free on Tuesday?' }), { content: ['text'] }),
	when(binary('binaryField'), { content: ['file'] }),
	when(externalFileFields[0], inExternalFile),
	when(externalFileFields[1], inExternalFile),
	when(externalFileFields[2], inExternalFile),
	when(externalFileFields[3], inExternalFile),
] as const;

/** A picture: a file of the workflow, or one elsewhere. */
export const pictureFields = [
	choice('content', {
		displayName: 'Picture',
		description: 'Where the picture is',
		default: 'file',
		options: [
			{ name: 'File From Input', value: 'file', description: 'A binary file of the input item, kept by ChatKitty' },
			{ name: 'File From URL', value: 'externalFile', description: 'A file that stays where it is' },
		],
	}),
	contentFields[2],
	contentFields[3],
	contentFields[4],
	contentFields[5],
	contentFields[6],
] as const;

export interface Content {
	content: 'text' | 'file' | 'externalFile';
	body?: string;
	binaryField?: string;
	fileUrl?: string;
	fileName?: string;
	fileContentType?: string;
	fileSize?: number;
}

export interface About {
	/** ID or username; absent: the system sends it. */
	sender?: string;
	groupTag?: string;
	properties?: object;
}

/** Sends to `/channels/{id}/messages` or `/threads/{id}/messages`. */
export async function sendMessage(chatkitty: ChatKittyApi, item: Item, address: string, content: Content, about: About): Promise<Row> {
	if (content.content === 'file') return await uploadMessage(chatkitty, item, address, content, about);
	return await chatkitty.act('POST', address, {
		...(content.content === 'text' ? { type: 'TEXT', body: content.body } : { type: 'FILE', file: externalFile(content) }),
		// Without a user it is a system message.
		user: about.sender === undefined ? undefined : referenceTo(about.sender),
		group_tag: about.groupTag,
		properties: about.properties,
	});
}

/** https://docs.chatkitty.com/platform-api/files: parts of a form keep their camelCase names in both generations. */
async function uploadMessage(chatkitty: ChatKittyApi, item: Item, address: string, content: Content, { sender, groupTag, properties }: About): Promise<Row> {
	if (sender !== undefined && address.startsWith('/threads/')) {
		throw new FieldError('A file cannot be uploaded to a thread on behalf of a user', 'Empty "Send As" so that the system sends it, or send the file from a URL.');
	}
	const username = sender === undefined ? undefined : await usernameOf(chatkitty, sender);
	return await chatkitty.upload(
		address,
		await filePart(item, content.binaryField, { groupTag, username, properties: properties === undefined ? undefined : JSON.stringify(properties) }),
	);
}

/** A form with the input file in its part `file`, made anew for each attempt. */
export async function filePart(item: Item, field: string | undefined, fields: Record<string, string | undefined> = {}): Promise<() => unknown> {
	const { data, name, mimeType } = await item.readFile(field ?? 'data');
	return multipart(fields, [{ part: 'file', data, name, mimeType }]);
}

export function externalFile({ fileUrl, fileName, fileContentType, fileSize }: Content): Row {
	return { url: fileUrl, name: fileName, content_type: fileContentType, size: fileSize };
}
