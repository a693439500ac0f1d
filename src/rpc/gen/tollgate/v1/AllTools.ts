// Original file: proto/tollgate/v1/session.proto


/**
 * A grant of every tool. The message has no fields; its presence is the grant.
 */
export interface AllTools {
}

/**
 * A grant of every tool. The message has no fields; its presence is the grant.
 */
export interface AllTools__Output {
}
