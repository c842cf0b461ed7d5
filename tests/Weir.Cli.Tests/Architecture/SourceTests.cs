using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Weir.Cli.Tests.Architecture;

public sealed partial class SourceTests
{
    private const int MostLines = 400;

    private static readonly string[] Binary = [".png", ".bin", ".gz", ".dll", ".ico"];

    [Fact]
    public void No_file_names_a_path_of_the_machine_it_was_written_on()
    {
        // Put together here, so that this file is no exception.
        string[] places = [.. new[] { "work", "root", "home", "tmp/bash" }.Select(place => $"/{place}/")];
        string[] allowed = ["/home/u", "/root/."];
        foreach (string file in Repository.Files.Where(file => !Binary.Contains(Path.GetExtension(file)) && !file.EndsWith("packages.lock.json", StringComparison.Ordinal)))
        {
            string text = allowed.Aggregate(Repository.Read(file), (rest, harmless) => rest.Replace(harmless, "", StringComparison.Ordinal));
            Assert.All(places, place => Assert.False(PathStart(place).IsMatch(text), $"{file} names a path below {place}"));
        }
    }

    [Fact]
    public void A_source_file_has_one_responsibility_and_so_few_lines()
    {
        foreach (string file in Repository.Files.Where(file => file.EndsWith(".cs", StringComparison.Ordinal)))
        {
            string text = Repository.Read(file);
            int lines = text.Count(c => c == '\n');
            Assert.True(lines <= MostLines, $"{file} has {lines} lines; over {MostLines} it is two files");
            Assert.DoesNotMatch(Region(), text);
        }
    }

    [Fact]
    public void Nothing_is_called_by_what_says_nothing()
    {
        string[] empty = ["Util", "Helper", "Common", "Manager"];
        Assert.All(
            Repository.Files.Where(file => file.StartsWith("src/", StringComparison.Ordinal)),
            file => Assert.DoesNotContain(empty, word => file.Contains(word, StringComparison.Ordinal)));
    }

    [Fact]
    public void The_list_of_dependencies_is_that_of_the_packages()
    {
        string document = Repository.Read("docs/dependencies.md");
        var pinned = XDocument.Parse(Repository.Read("Directory.Packages.props")).Descendants("PackageVersion")
            .Select(package => $"| {package.Attribute("Include")!.Value} | {package.Attribute("Version")!.Value} |").ToList();
        Assert.All(pinned, row => Assert.Contains(row, document, StringComparison.Ordinal));
        Assert.Equal(pinned.Count, PackageRow().Count(document));
    }

    [Fact]
    public void Every_link_between_the_documents_leads_somewhere()
    {
        foreach (string file in Repository.Files.Where(file => file.EndsWith(".md", StringComparison.Ordinal)))
        {
            foreach (Match link in Link().Matches(Repository.Read(file)))
            {
                string target = link.Groups[1].Value.Split('#')[0];
                if (target.Length == 0 || target.Contains("://", StringComparison.Ordinal)) continue;
                string path = Path.GetRelativePath(Repository.Root, Path.Combine(Repository.Root, Path.GetDirectoryName(file)!, target));
                Assert.True(Repository.Files.Contains(path) || Directory.Exists(Path.Combine(Repository.Root, path)), $"{file} links to {target}");
            }
        }
    }

    private static Regex PathStart(string place) => new($@"(?<![\w.*?$}}])(?<!/){Regex.Escape(place)}");

    [GeneratedRegex(@"^\s*#region", RegexOptions.Multiline)]
    private static partial Regex Region();

    [GeneratedRegex(@"^\| [A-Za-z0-9.]+ \| \d+\.\d+\.\d+ \|", RegexOptions.Multiline)]
    private static partial Regex PackageRow();

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();
}
