using Weir.Server.Configuration;
using Weir.Server.Security;

namespace Weir.Server.Tests.Security;

public sealed class TokenTests : IDisposable
{
    private static readonly DateTimeOffset Now = new(2026, 1, 31, 12, 0, 0, TimeSpan.Zero);

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("weir-tokens-");

    private string Path => System.IO.Path.Combine(_directory.FullName, "tokens");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public void What_is_written_is_read_and_the_text_is_nowhere_in_it()
    {
        var token = Token.Create("grafana, for the wall", AccessRole.Viewer, Now, out string text);
        TokenFile.Write(Path, [token, Token.Create("root", AccessRole.Admin, Now, out _)]);
        IReadOnlyList<Token> read = TokenFile.Read(Path);
        Assert.Equal(["grafana, for the wall", "root"], read.Select(each => each.Name));
        Assert.Equal((token.Id, AccessRole.Viewer, Now), (read[0].Id, read[0].Role, read[0].Created));
        Assert.True(read[0].Matches(text));
        Assert.False(read[1].Matches(text));
        Assert.DoesNotContain(text[^20..], File.ReadAllText(Path), StringComparison.Ordinal);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path));
        Assert.Single(Directory.EnumerateFiles(_directory.FullName));
    }

    [Theory]
    [InlineData(UnixFileMode.GroupRead)]
    [InlineData(UnixFileMode.OtherRead)]
    [InlineData(UnixFileMode.OtherWrite)]
    public void A_file_that_others_may_use_is_refused(UnixFileMode more)
    {
        TokenFile.Write(Path, []);
        File.SetUnixFileMode(Path, File.GetUnixFileMode(Path) | more);
        Assert.Contains("chmod 600", Assert.Throws<ConfigurationException>(() => TokenFile.Read(Path)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("0123456789 viewer abcd 2026-01-31T12:00:00Z name")]
    [InlineData("0123456789 king 0000000000000000000000000000000000000000000000000000000000000000 2026-01-31T12:00:00Z name")]
    [InlineData("0123456789 viewer zz00000000000000000000000000000000000000000000000000000000000000 2026-01-31T12:00:00Z name")]
    public void A_line_that_is_no_token_is_named(string line)
    {
        TokenFile.Write(Path, []);
        File.AppendAllText(Path, $"# a comment\n{line}\n");
        Assert.Contains($"{Path}:2", Assert.Throws<ConfigurationException>(() => TokenFile.Read(Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_text_that_is_nearly_right_is_nobodys()
    {
        var token = Token.Create("one", AccessRole.Viewer, Now, out string text);
        Assert.Equal(token.Id, Token.IdOf(text));
        Assert.False(token.Matches(text[..^1]));
        Assert.False(token.Matches(text + " "));
        Assert.False(token.Matches(text.ToUpperInvariant()));
        Assert.Null(Token.IdOf("weir_"));
        Assert.Null(Token.IdOf(new string('x', 100_000)));
    }

    [Fact]
    public void The_store_notices_a_changed_file_and_lets_nobody_in_by_a_broken_one()
    {
        var time = new Weir.Lab.Time.ManualTimeProvider();
        var token = Token.Create("one", AccessRole.Operator, Now, out string text);
        TokenFile.Write(Path, [token]);
        var store = new TokenStore(Path, time, Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
        Assert.Equal(AccessRole.Operator, store.Find(text)?.Role);

        TokenFile.Write(Path, []);
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.Null(store.Find(text));

        TokenFile.Write(Path, [token]);
        File.SetLastWriteTimeUtc(Path, DateTime.UtcNow.AddMinutes(1));
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.NotNull(store.Find(text));

        File.AppendAllText(Path, "nonsense\n");
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.Null(store.Find(text));
    }
}
