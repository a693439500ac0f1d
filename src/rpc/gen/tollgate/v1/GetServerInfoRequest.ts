// Original file: proto/tollgate/v1/server_service.proto


/**
 * A request to describe the server.
 */
export interface GetServerInfoRequest {
}

/**
 * A request to describe the server.
 */
export interface GetServerInfoRequest__Output {
}
