-- Nobody ever read it: a request says which languages it wants (Accept-Language).

alter table "person" drop column if exists "language";
