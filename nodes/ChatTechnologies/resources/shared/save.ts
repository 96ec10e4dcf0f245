import type { Json } from '../../../../lib/action/field';
import type { Item } from '../../../../lib/action/item';
import type { Output } from '../../../../lib/action/operation';
import { FieldError } from '../../../../lib/errors';
import { pathOf, type ChatTechnologiesApi } from '../../api';
import { present, record, typedRelations, type Attributes, type Relations } from '../../../../lib/http/jsonApi';
import { writable, type Rules } from '../../records';

export interface Save {
	path: string;
	/** Absent: a new record. */
	id?: string;
	/** As the documentation's headings suggest; the field Resource Type wins. */
	type: string;
	attributes: Attributes;
	relations?: Record<string, Relations[string] | undefined>;
	rules: Rules;
	/** What the user added for their own set-up. */
	further: { attributes?: Record<string, Json>; relationships?: Record<string, Json>; resourceType?: string };
}

/** Creates or updates a record; attributes that the service would refuse are left out with a warning. */
export async function save(api: ChatTechnologiesApi, item: Item, { path, id, type, attributes, relations = {}, rules, further }: Save): Promise<Output> {
	const { sent, dropped } = writable({ ...attributes, ...further.attributes }, rules, id === undefined);
	if (dropped.length > 0) item.warn(`Not sent, since ${id === undefined ? 'Chat Technologies sets it itself' : 'it is read-only or only taken on creation'}: ${dropped.join(', ')}`);
	const related = present({ ...relations, ...typedRelations(further.relationships, 'More Relations (JSON)') });
	if (Object.keys(sent).length === 0 && Object.keys(related).length === 0) throw new FieldError('There is nothing to send', 'Fill in at least one field that can be changed.');
	return await api.write(id === undefined ? 'POST' : 'PATCH', pathOf(path, id), record(further.resourceType ?? type, id, sent, related));
}
