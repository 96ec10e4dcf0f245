/** n8n shows hints and what an error says to do as HTML: what a service or a person wrote there stays text. */
export function withoutTags(text: string): string {
	return text.replace(/&(?=#|[a-z]+;)/gi, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}
