import type { ServiceFile } from './files';

export interface FormFile extends Pick<ServiceFile, 'data' | 'name' | 'mimeType'> {
	/** Name of the part. */
	part: string;
}

/**
 * A request's `form`: multipart, made anew for each attempt since it can be read only once; the HTTP client writes the header
 * with its boundary. Empty texts are left out.
 */
export function multipart(parts: Readonly<Record<string, string | number | boolean | null | undefined>>, files: readonly FormFile[] = []): () => FormData {
	return () => {
		const form = new FormData();
		for (const [name, value] of Object.entries(parts)) if (value !== undefined && value !== null && value !== '') form.append(name, String(value));
		for (const { part, data, name, mimeType } of files) form.append(part, new Blob([new Uint8Array(data)], mimeType === undefined ? {} : { type: mimeType }), name);
		return form;
	};
}
