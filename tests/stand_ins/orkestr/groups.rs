//! Groups of projects.

use serde_json::{Value, json};

use super::addons::deleted;
use super::exchange::{Answer, Ask, Refusal, ok};
use super::world::{Group, Orkestr, now};

impl Group {
    fn json(&self) -> Value {
        json!({"id": self.id, "name": self.name, "slug": self.slug, "project_count": self.projects.len(),
               "created_at": self.created_at})
    }
}

pub(super) fn list(world: &Orkestr) -> Answer {
    ok(json!({"groups": world.groups.iter().map(Group::json).collect::<Vec<_>>()}))
}

fn find(world: &Orkestr, id: &str) -> Result<usize, Refusal> {
    world.groups.iter().position(|group| group.id == id).ok_or_else(|| Refusal::missing("Group"))
}

/// Its projects by name, without their ids.
pub(super) fn one(world: &Orkestr, id: &str) -> Answer {
    let group = &world.groups[find(world, id)?];
    let members = world.projects.iter().filter(|project| group.projects.contains(&project.id));
    let projects: Vec<Value> = members.map(|one| json!({"name": one.name, "status": one.status})).collect();
    ok(json!({"id": group.id, "name": group.name, "slug": group.slug, "description": group.description,
              "projects": projects}))
}

pub(super) fn create(world: &mut Orkestr, ask: &Ask) -> Answer {
    let (slug, name) = (ask.slug("slug", 2)?.to_owned(), ask.needed("name")?.to_owned());
    if world.groups.iter().any(|group| group.slug == slug) {
        return Err(Refusal::new(409, format!("A group with the slug '{slug}' already exists.")));
    }
    let description = ask.text("description").map(str::to_owned);
    let group = Group { id: world.id(), name, slug, description, projects: Vec::new(), created_at: now() };
    let shown = group.json();
    world.groups.push(group);
    Ok((201, shown))
}

/// The projects stay.
pub(super) fn delete(world: &mut Orkestr, id: &str) -> Answer {
    let found = find(world, id)?;
    world.groups.remove(found);
    deleted(world, "Group deleted")
}

pub(super) fn put(world: &mut Orkestr, id: &str, project: &str, is_in: bool) -> Answer {
    let found = find(world, id)?;
    if !world.projects.iter().any(|one| one.id == project) {
        return Err(Refusal::missing("Project"));
    }
    let group = &mut world.groups[found];
    group.projects.retain(|one| one != project);
    if is_in {
        group.projects.push(project.to_owned());
    }
    ok(json!({"message": if is_in { "Project added" } else { "Project removed" }}))
}
