using Weir.Hsm.Shipping;

namespace Weir.Hsm.Tests.Shipping;

public sealed class ActionGlobTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("weir-glob-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory]
    [InlineData("*-MDT????", "elm-MDT0000", true)]
    [InlineData("*-MDT????", "elm-MDT000", false)]
    [InlineData("*-MDT????", "-MDT0000", true)]
    [InlineData("*", ".hidden", false)]
    [InlineData(".*", ".hidden", true)]
    [InlineData("a*b*c", "aXbYbZc", true)]
    [InlineData("a*b*c", "aXbYbZ", false)]
    [InlineData("MDT[0-3]", "MDT2", true)]
    [InlineData("MDT[0-3]", "MDT4", false)]
    [InlineData("MDT[!0-3]", "MDT4", true)]
    [InlineData("MDT[!0-3]", "MDT2", false)]
    [InlineData("[]a]", "]", true)]
    [InlineData("[!]a]", "b", true)]
    [InlineData("[!]a]", "]", false)]
    [InlineData("a[", "a[", true)]
    [InlineData("a\\*", "a*", true)]
    [InlineData("a\\*", "ab", false)]
    [InlineData("", "", true)]
    [InlineData("*a*a*a*a*a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false)]
    public void A_name_fits_a_pattern_as_a_shell_has_it(string pattern, string name, bool fits) => Assert.Equal(fits, ActionGlob.IsMatch(pattern, name));

    [Fact]
    public void Paths_are_found_over_several_levels_in_order_and_once()
    {
        foreach (string path in (string[])["b/fs-MDT0001/hsm/actions", "a/fs-MDT0000/hsm/actions", "a/fs-OST0000/hsm/actions", "a/fs-MDT0002/hsm/other", "a/file"])
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(_directory, path))!);
            File.WriteAllText(Path.Combine(_directory, path), "");
        }

        var errors = new List<string>();
        IReadOnlyList<string> found = ActionGlob.Expand(
            [Path.Combine(_directory, "*", "*-MDT????", "hsm", "actions"), Path.Combine(_directory, "a", "fs-MDT0000", "hsm", "actions"), Path.Combine(_directory, "none", "*")], errors);
        Assert.Equal(["a/fs-MDT0000/hsm/actions", "b/fs-MDT0001/hsm/actions"], found.Select(path => Path.GetRelativePath(_directory, path)));
        Assert.Empty(errors);
    }
}
