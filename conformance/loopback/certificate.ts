/**
 * A private key and a self-signed certificate for `localhost` and 127.0.0.1, valid until 2126. They are constants
 * because `node:crypto` generates keys but not certificates. The key is public, so it protects nothing.
 */
export const key = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgsKpSoSrtvXmwl8ln
BJ313mLL+6dgPkiv06vS8tgDoqWhRANCAATEitQmGP5RyBb0eNVPEhdoM7NujQqg
obJXr+brXnZ8y9AOaPGuvkALoK/Zct5oyBQoK22NrKei7Igm7m28AX7J
-----END PRIVATE KEY-----
`;

export const certificate = `-----BEGIN CERTIFICATE-----
MIIBmjCCAUGgAwIBAgIUN+3ltW9uen4oNbUsWFMvZ/wEey0wCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEyMjA3NDYyN1oYDzIxMjYxMDI5
MDc0NjI3WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
PQMBBwNCAATEitQmGP5RyBb0eNVPEhdoM7NujQqgobJXr+brXnZ8y9AOaPGuvkAL
oK/Zct5oyBQoK22NrKei7Igm7m28AX7Jo28wbTAdBgNVHQ4EFgQUdvgE7hqrnETG
nt5Pz5kfDsKalOwwHwYDVR0jBBgwFoAUdvgE7hqrnETGnt5Pz5kfDsKalOwwDwYD
VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZI
zj0EAwIDRwAwRAIgIHqGXDpKwiQ/QpJ8yqzqIMPxtZIkZdqX06YGxHza4rwCIAVJ
pp702PkzdTy3jk0cfKTnZtxcJXUPCu5XXPBmVdp/
-----END CERTIFICATE-----
`;
