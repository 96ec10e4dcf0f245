import { isObject } from '../../http/apiDefinition';

/** The one thing without which a record is none; everything else is read field by field and may be missing. Throws without it. */
export function identified(record: unknown, service: string): Record<string, unknown> & { id: string } {
	const id = isObject(record) ? record.id : undefined;
	if (isObject(record) && typeof id === 'string' && id !== '') return { ...record, id };
	throw new Error(`${service} gave a record without an ID: which one it is cannot be known.`);
}
