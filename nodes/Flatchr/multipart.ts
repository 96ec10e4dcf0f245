import type { InputFile } from '../../lib/action/item';

/** Makes the form anew for each attempt; the HTTP client writes the header with its boundary. */
export function multipart(parts: Record<string, string | undefined>, file?: InputFile): () => FormData {
	return () => {
		const form = new FormData();
		for (const [name, value] of Object.entries(parts)) if (value !== undefined && value !== '') form.append(name, value);
		if (file) form.append('file', new Blob([new Uint8Array(file.data)], { type: file.mimeType }), file.name);
		return form;
	};
}
