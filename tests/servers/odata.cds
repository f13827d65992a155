namespace registry;

type Address { street : String; number : String; postCode : String; city : String }

entity People {
  key id : String;
  given  : String;
  family : String;
  born   : Date;
  phone  : String;
  email  : String;
  home   : Address;
  cases  : Association to many Cases on cases.owner = $self;
}

aspect Filed {
  key number : String;
  subject    : String;
  owner      : Association to People;
  state      : String(1);
  opened     : Date;
  due        : Date;
  amount     : Decimal(15, 2);
  changedAt  : Timestamp @odata.etag;
}

entity Cases : Filed {}
entity Permits : Filed {}

// One person, who may be changed: a state of their own, and the post code 00000 is refused.
entity Residents {
  key id : String;
  street : String; number : String; unit : String; postCode : String;
  changedAt : Timestamp @odata.etag @cds.on.update: $now;
}

entity Counted { key id : Integer; changes : Integer; }

@path: '/odata/v4/registry'
@requires: 'authenticated-user'
service Registry {
  entity Residents as projection on registry.Residents;
  entity Counted as projection on registry.Counted;
  // Pages of the server's own: the rest is behind @odata.nextLink.
  @cds.query.limit: { default: 2, max: 2 }
  @cds.search: { family, given }
  entity People as projection on registry.People;
  @cds.query.limit: { default: 4, max: 4 }
  entity Cases as projection on registry.Cases;
  @odata.draft.enabled
  entity Permits as projection on registry.Permits;
}
