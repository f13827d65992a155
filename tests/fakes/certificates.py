"""Keys and certificates as files of a folder: one of its own, and those of servers that an authority vouches for."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa


def make_key(folder: Path, phrase: str) -> tuple[Path, Path]:
    """The key's file, which ``phrase`` opens (nothing: not encrypted), and the certificate's, both PEM."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "desk")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    encryption = serialization.BestAvailableEncryption(phrase.encode()) if phrase else serialization.NoEncryption()
    files = folder / "desk.key", folder / "desk.pem"
    files[0].write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption))
    files[1].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    return files


class Authority:
    """A certificate authority that lives as long as a test; ``file`` is its own certificate, PEM."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "authority")])
        self._issued = 0
        own = self._certificate(self._key.public_key(), self._name, 1).add_extension(x509.BasicConstraints(ca=True, path_length=0), True)
        self.file = folder / "authority.pem"
        self.file.write_bytes(own.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))

    def server(self, host: str = "127.0.0.1", days: int = 1, *, clients: bool = False) -> ssl.SSLContext:
        """What a server at ``host`` secures its connections with, good until in so many days; ``clients`` must show a certificate."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "server")])
        numeric = host.replace(".", "").isdigit()
        alternative = x509.SubjectAlternativeName([x509.IPAddress(ip_address(host)) if numeric else x509.DNSName(host)])
        certificate = self._certificate(key.public_key(), name, days).add_extension(alternative, False).sign(self._key, hashes.SHA256())
        self._issued += 1
        file = self._folder / f"server{self._issued}.pem"
        private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        file.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        if clients:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(self.file)
        return context

    def client(self, phrase: str) -> tuple[Path, Path]:
        """The files of a client's certificate and of its key, which ``phrase`` opens."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "desk")])
        certificate = self._certificate(key.public_key(), name, 1).sign(self._key, hashes.SHA256())
        files = self._folder / "desk.pem", self._folder / "desk.key"
        files[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
        encryption = serialization.BestAvailableEncryption(phrase.encode())
        files[1].write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, encryption))
        return files

    def _certificate(self, key: ec.EllipticCurvePublicKey, name: x509.Name, days: int) -> x509.CertificateBuilder:
        now = datetime.now(UTC)
        identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        builder = x509.CertificateBuilder().subject_name(name).issuer_name(self._name).public_key(key)
        builder = builder.serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(days=10))
        return builder.not_valid_after(now + timedelta(days=days)).add_extension(identifier, False)
