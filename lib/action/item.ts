import type { IBinaryData, IDataObject, IExecuteFunctions } from 'n8n-workflow';

import { FieldError, settled } from '../errors';
import { withoutTags } from './html';

export interface InputFile {
	data: Buffer;
	name: string;
	mimeType: string;
}

/** An output item that carries files, by the name of their binary field. */
export class FileItem {
	constructor(
		readonly json: IDataObject,
		readonly binary: Record<string, IBinaryData>,
	) {}
}

/** What `work` makes of each; one that fails is its error, and takes no other down. */
export async function settledAll<Task, Made>(tasks: readonly Task[], work: (task: Task) => Promise<Made>): Promise<Array<Made | Error>> {
	return await Promise.all(tasks.map(async (task) => await settled(async () => await work(task))));
}

/** The input item that an operation runs for, and what it may do with n8n meanwhile. */
export class Item {
	constructor(
		private readonly host: IExecuteFunctions,
		readonly index: number,
		/** How many rows the user wants; undefined = all. */
		readonly limit?: number,
	) {}

	get json(): IDataObject {
		return this.host.getInputData()[this.index]?.json ?? {};
	}

	/** All input items, for an operation that sends them in one call (it then answers for the first item only). */
	get all(): IDataObject[] {
		return this.host.getInputData().map(({ json }) => json);
	}

	get signal(): AbortSignal | undefined {
		return this.host.getExecutionCancelSignal();
	}

	/** Shows progress: in the browser's console while a person runs the workflow, and in the server's debug log. */
	progress(message: string): void {
		this.host.logger.debug(`${this.host.getNode().name}: ${message}`);
		this.host.sendMessageToUI(message);
	}

	/** Shows what the service warned about beside the output, since the call itself succeeded. */
	warn(message: string): void {
		this.host.addExecutionHints({ message: `${withoutTags(message)} (item ${this.index})`, location: 'outputPane', type: 'warning' });
	}

	/** Size and type of an input file, without reading it. */
	fileFacts(field: string): { name: string; mimeType: string; bytes?: number } {
		const files = this.host.getInputData()[this.index]?.binary ?? {};
		const found = Object.hasOwn(files, field) ? files[field] : undefined;
		if (!found) throw new FieldError(`There is no file in the input field "${field}"`, 'Check the name of the binary field, or put a node that reads a file before this one.');
		return { name: found.fileName ?? `file.${found.fileExtension ?? 'bin'}`, mimeType: found.mimeType, ...(found.bytes === undefined ? {} : { bytes: found.bytes }) };
	}

	async readFile(field: string): Promise<InputFile> {
		const { name, mimeType } = this.fileFacts(field);
		return { data: await this.host.helpers.getBinaryDataBuffer(this.index, field), name, mimeType };
	}

	async toBinary(data: Buffer, name: string, mimeType?: string): Promise<IBinaryData> {
		return await this.host.helpers.prepareBinaryData(data, name, mimeType);
	}
}
