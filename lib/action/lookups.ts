import type { INodeListSearchItems, INodePropertyOptions, ResourceMapperField } from 'n8n-workflow';

/** What a lookup may read of the node being edited. */
export interface Editor {
	/** The present value of a field (of a locator: its ID), or undefined while it is empty. */
	current(field: string): string | undefined;
}

/** An entry of a locator's list. */
export interface Found extends INodeListSearchItems {
	/** What it is found by beside its name: an e-mail address, a job. */
	search?: string;
}

/** Fills a resource locator. `name` is the node method's name: unique in a node. */
export interface Search<Api = never> {
	kind: 'search';
	name: string;
	/** The service matches the filter itself, in more than the entries show; elsewhere what does not match is left out here. */
	filtered?: true;
	/** False: the list is short and complete, n8n filters nothing. */
	searchable?: boolean;
	/** Fields whose change empties this one, such as `applicationId.value`. */
	dependsOn?: readonly string[];
	run(api: Api, ask: { filter?: string; cursor?: string }, editor: Editor): Promise<{ results: Found[]; cursor?: string }>;
}

/** Fills an options or multi-options field. */
export interface Dropdown<Api = never> {
	kind: 'dropdown';
	name: string;
	dependsOn?: readonly string[];
	run(api: Api, editor: Editor): Promise<INodePropertyOptions[]>;
}

/** Gives a resource mapper its fields. */
export interface MapperSource<Api = never> {
	kind: 'mapper';
	name: string;
	dependsOn?: readonly string[];
	run(api: Api, editor: Editor): Promise<{ fields: ResourceMapperField[]; emptyNotice?: string }>;
}
