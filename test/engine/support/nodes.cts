/** The package's nodes that offer operations, read from `nodes/`. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import type { Resource } from '../../../lib/action/operation';
import { packageRoot } from '../harness/package.cts';

export interface ActionNode {
	/** Folder in `nodes/`. */
	folder: string;
	/** Short type name: `kombo`. */
	name: string;
	resources: ReadonlyArray<Resource<never>>;
}

const folders = join(packageRoot, 'nodes');

export const actionNodes: readonly ActionNode[] = readdirSync(folders)
	.filter((folder) => existsSync(join(folders, folder, `${folder}.node.ts`)))
	.map((folder) => {
		const { resources }: { resources: ActionNode['resources'] } = require(join(folders, folder, 'resources'));
		return { folder, name: folder.charAt(0).toLowerCase() + folder.slice(1), resources };
	});

/** The node that has a provider to choose. */
export const UNIFIED = 'ats';
