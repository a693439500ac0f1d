// Original file: proto/tollgate/v1/server_service.proto


/**
 * A request to read the policy file again.
 */
export interface ReloadPolicyRequest {
  /**
   * Names this request, 1 to 128 printable ASCII characters. The operation is idempotent by nature, so a repeat has no further
   * effect whatever the key.
   */
  'idempotency_key'?: (string);
  '_idempotency_key'?: "idempotency_key";
}

/**
 * A request to read the policy file again.
 */
export interface ReloadPolicyRequest__Output {
  /**
   * Names this request, 1 to 128 printable ASCII characters. The operation is idempotent by nature, so a repeat has no further
   * effect whatever the key.
   */
  'idempotency_key'?: (string);
}
