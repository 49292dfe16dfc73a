//! A client's side of OAuth: keys, assertions, proofs, and the requests that carry them.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use reqwest::Method;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _, RSA_PKCS1_SHA256};
use rsa::pkcs8::EncodePrivateKey as _;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::org::{Answer, Org, answer};

const ASSERTION: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

pub fn base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

pub fn hash(text: &str) -> String {
    base64url(&Sha256::digest(text))
}

pub fn now() -> i64 {
    jiff::Timestamp::now().as_second()
}

/// The claims of a token, unchecked.
pub fn claims(token: &str) -> Value {
    let part = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}

/// A key of a client.
pub enum Key {
    Rsa(ring::rsa::KeyPair),
    Elliptic(EcdsaKeyPair),
}

impl Key {
    pub fn rsa() -> Self {
        let key = rsa::PrivateKey::new(&mut getrandom::SysRng, 2048).unwrap();
        Self::Rsa(ring::rsa::KeyPair::from_pkcs8(key.to_pkcs8_der().unwrap().as_bytes()).unwrap())
    }

    pub fn elliptic() -> Self {
        let random = SystemRandom::new();
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
        Self::Elliptic(EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document.as_ref(), &random).unwrap())
    }

    pub fn public(&self) -> Value {
        match self {
            Self::Rsa(pair) => {
                let parts = ring::rsa::PublicKeyComponents::<Vec<u8>>::from(pair.public());
                json!({"kty": "RSA", "e": base64url(&parts.e), "n": base64url(&parts.n)})
            }
            Self::Elliptic(pair) => {
                let point = pair.public_key().as_ref();
                let (x, y) = (base64url(&point[1..33]), base64url(&point[33..]));
                json!({"kty": "EC", "crv": "P-256", "x": x, "y": y})
            }
        }
    }

    pub fn sign(&self, mut header: Value, claims: &Value) -> String {
        header["alg"] = match self {
            Self::Rsa(_) => "RS256".into(),
            Self::Elliptic(_) => "ES256".into(),
        };
        let part = |value: &Value| base64url(value.to_string().as_bytes());
        let message = format!("{}.{}", part(&header), part(claims));
        let signature = match self {
            Self::Rsa(pair) => {
                let mut signature = vec![0; pair.public().modulus_len()];
                let random = SystemRandom::new();
                pair.sign(&RSA_PKCS1_SHA256, &random, message.as_bytes(), &mut signature)
                    .unwrap();
                signature
            }
            Self::Elliptic(pair) => {
                let signature = pair.sign(&SystemRandom::new(), message.as_bytes()).unwrap();
                signature.as_ref().to_vec()
            }
        };
        format!("{message}.{}", base64url(&signature))
    }

    /// A proof for one request; `more` are further claims.
    pub fn proof(&self, method: &str, url: &str, more: Value) -> String {
        let mut claims = json!({"htm": method, "htu": url, "iat": now(), "jti": uuid::Uuid::new_v4().to_string()});
        claims
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        self.sign(json!({"typ": "dpop+jwt", "jwk": self.public()}), &claims)
    }
}

/// A client that is registered with an org.
pub struct Client<'o> {
    pub org: &'o Org,
    pub id: String,
    pub key: Key,
}

impl<'o> Client<'o> {
    /// Registers a service app with a key and these scopes.
    pub async fn service(org: &'o Org, key: Key, dpop: bool, scopes: &[&str]) -> Self {
        let body = json!({
            "client_name": "Sync", "application_type": "service", "grant_types": ["client_credentials"],
            "token_endpoint_auth_method": "private_key_jwt", "response_types": ["token"],
            "jwks": {"keys": [key.public()]}, "dpop_bound_access_tokens": dpop,
        });
        Self::register(org, key, &body, scopes).await
    }

    pub async fn register(org: &'o Org, key: Key, body: &Value, scopes: &[&str]) -> Self {
        let made = org
            .post(&format!("{}/oauth2/v1/clients", org.sandbox.url()), body)
            .await;
        assert_eq!(made.status, 201, "{}", made.body);
        let id = made.body["client_id"].as_str().unwrap().to_owned();
        for scope in scopes {
            let grant = json!({"scopeId": scope, "issuer": org.sandbox.url()});
            let granted = org.post(&format!("/apps/{id}/grants"), &grant).await;
            assert_eq!(granted.status, 201, "{}", granted.body);
        }
        Self { org, id, key }
    }

    pub async fn give_role(&self, role: &str) {
        let path = format!("{}/oauth2/v1/clients/{}/roles", self.org.sandbox.url(), self.id);
        let given = self.org.post(&path, &json!({"type": role})).await;
        assert_eq!(given.status, 200, "{}", given.body);
    }

    pub fn endpoint(&self) -> String {
        format!("{}/oauth2/v1/token", self.org.sandbox.url())
    }

    /// The claims of a good assertion.
    pub fn assertion_claims(&self) -> Value {
        json!({
            "iss": self.id, "sub": self.id, "aud": self.endpoint(), "iat": now(), "exp": now() + 300,
            "jti": uuid::Uuid::new_v4().to_string(),
        })
    }

    pub fn assertion(&self) -> String {
        self.key.sign(json!({}), &self.assertion_claims())
    }

    /// Asks for a token with an assertion and, where given, a proof.
    pub async fn ask(&self, assertion: &str, scope: &str, proof: Option<&str>) -> Answer {
        let form = [
            ("grant_type", "client_credentials"),
            ("scope", scope),
            ("client_assertion_type", ASSERTION),
            ("client_assertion", assertion),
        ];
        self.org.form("token", &form, proof).await
    }

    /// A token for these scopes.
    pub async fn token(&self, scope: &str) -> String {
        let given = self.ask(&self.assertion(), scope, None).await;
        assert_eq!(given.status, 200, "{}", given.body);
        given.body["access_token"].as_str().unwrap().to_owned()
    }
}

impl Org {
    /// Posts a form to an endpoint of the authorization server.
    pub async fn form(&self, endpoint: &str, form: &[(&str, &str)], proof: Option<&str>) -> Answer {
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(form)
            .finish();
        let mut request = self
            .client
            .post(format!("{}/oauth2/v1/{endpoint}", self.sandbox.url()))
            .header("content-type", "application/x-www-form-urlencoded");
        if let Some(proof) = proof {
            request = request.header("dpop", proof);
        }
        answer(request.body(body).send().await.unwrap()).await
    }

    /// Calls the API with an access token.
    pub async fn call(&self, method: Method, path: &str, authorization: &str, proof: Option<&str>) -> Answer {
        let request = self
            .client
            .request(method, self.url(path))
            .header("content-length", "0");
        let mut request = request.header("authorization", authorization);
        if let Some(proof) = proof {
            request = request.header("dpop", proof);
        }
        answer(request.send().await.unwrap()).await
    }
}
