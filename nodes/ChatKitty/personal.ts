/**
 * Output fields that tell who somebody is: names of ChatKitty's records in both dialects, and of the simplified rows.
 * Users and channels share their names' names, and a channel is often called like the person it is about: both go.
 */
export const personal = [
	'name', 'channel_name', 'display_name', 'displayName', 'username', 'creator', 'members',
	'display_picture_url', 'displayPictureUrl', 'user_agent', 'userAgent',
	'body', 'title', 'last_message', 'links', 'mentions', 'file', 'file_name', 'file_url', 'properties',
];
