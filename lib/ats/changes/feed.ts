export async function pollFeed(_: unknown): Promise<'quiet'> { return 'quiet'; }
