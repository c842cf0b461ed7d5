using System.Xml.Linq;

namespace Weir.Cli.Tests.Architecture;

/// <summary>Keeps the direction of references that docs/design.md, section 2, lays down.</summary>
public sealed class ReferenceTests
{
    /// <summary>What each room may know. A room that is not listed here may not exist.</summary>
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Weir.Feed"] = [],
        ["Weir.Lustre"] = [],
        ["Weir.Erasure"] = [],
        ["Weir.Feed.Redis"] = ["Weir.Feed"],
        ["Weir.Hsm"] = ["Weir.Feed", "Weir.Lustre"],
        ["Weir.Changelogs"] = ["Weir.Feed", "Weir.Lustre"],
        ["Weir.Coordinator"] = ["Weir.Feed", "Weir.Lustre"],
        ["Weir.BlockEvents"] = ["Weir.Feed"],
        ["Weir.Health"] = ["Weir.Feed", "Weir.Erasure"],
        ["Weir.Server"] =
        [
            "Weir.Feed", "Weir.Feed.Redis", "Weir.Lustre", "Weir.Erasure", "Weir.Hsm", "Weir.Changelogs", "Weir.Coordinator", "Weir.BlockEvents",
            "Weir.Health",
        ],
        ["Weir.Lab"] =
        [
            "Weir.Feed", "Weir.Feed.Redis", "Weir.Lustre", "Weir.Erasure", "Weir.Hsm", "Weir.Changelogs", "Weir.Coordinator", "Weir.BlockEvents",
            "Weir.Health",
        ],
        ["Weir.Cli"] = ["Weir.Server", "Weir.Lab"],
    };

    public static TheoryData<string> Rooms => [.. Repository.Projects.Where(project => project.StartsWith("src/", StringComparison.Ordinal))];

    public static TheoryData<string> Everything => [.. Repository.Projects];

    [Theory]
    [MemberData(nameof(Rooms))]
    public void A_room_knows_only_the_rooms_below_it(string project)
    {
        string room = Path.GetFileNameWithoutExtension(project);
        Assert.True(Allowed.ContainsKey(room), $"{room} is no room of docs/design.md, section 2");
        Assert.All(References(project), reference => Assert.Contains(reference, Allowed[room]));
    }

    [Theory]
    [MemberData(nameof(Rooms))]
    public void A_room_names_no_room_in_its_code_that_it_may_not_know(string project)
    {
        string room = Path.GetFileNameWithoutExtension(project);
        HashSet<string> known = [room, .. Reach(room)];
        string[] strangers = [.. Allowed.Keys.Where(other => !known.Contains(other))];
        foreach (string file in Repository.Files.Where(file => file.StartsWith($"src/{room}/", StringComparison.Ordinal) && file.EndsWith(".cs", StringComparison.Ordinal)))
        {
            string[] lines = Repository.Read(file).Split('\n');
            Assert.All(strangers, stranger => Assert.DoesNotContain(lines, line => line.StartsWith($"using {stranger};", StringComparison.Ordinal)
                || line.StartsWith($"using {stranger}.", StringComparison.Ordinal)));
        }
    }

    [Theory]
    [MemberData(nameof(Everything))]
    public void Every_project_is_in_the_solution_and_has_its_lock_file(string project)
    {
        Assert.Contains($"Path=\"{project}\"", Repository.Read("Weir.slnx"), StringComparison.Ordinal);
        Assert.Contains(Path.Combine(Path.GetDirectoryName(project)!, "packages.lock.json"), Repository.Files);
    }

    [Theory]
    [MemberData(nameof(Everything))]
    public void No_project_pins_a_version_of_its_own(string project) =>
        Assert.All(XDocument.Parse(Repository.Read(project)).Descendants("PackageReference"), reference => Assert.Null(reference.Attribute("Version")));

    private static IEnumerable<string> References(string project) => XDocument.Parse(Repository.Read(project)).Descendants("ProjectReference")
        .Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value.Replace('\\', '/')));

    private static IEnumerable<string> Reach(string room) => Allowed[room].SelectMany(below => Reach(below).Prepend(below));
}
