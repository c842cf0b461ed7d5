using Weir.Hsm.Lfs;
using Weir.Hsm.Tests.Shipping;

namespace Weir.Hsm.Tests.Lfs;

/// <summary>The resolver against scripts that behave as lfs does.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class LfsPathResolverTests : IDisposable
{
    private const string First = "0x200000401:0x1:0x0";
    private const string Second = "0x200000401:0x2:0x0";
    private const string Gone = "0x200000401:0xdead:0x0";

    private readonly string _directory = Directory.CreateTempSubdirectory("weir-lfs-").FullName;
    private readonly ShipperRig.RecordingLogger _log = new();

    private string CallsPath => Path.Combine(_directory, "calls");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Many_files_are_asked_for_at_once_and_remembered()
    {
        LfsPathResolver resolver = Resolver("for f in \"$@\"; do echo \"/fs/$f\"; done");
        for (int i = 0; i < 2; i++)
        {
            IReadOnlyDictionary<string, string> paths = await ResolveAsync(resolver, First, Second);
            Assert.Equal($"/fs/[{First}] /fs/[{Second}]", $"{paths[First]} {paths[Second]}");
        }

        Assert.Equal([$"fid2path /fs [{First}] [{Second}]"], File.ReadAllLines(CallsPath));
    }

    [Fact]
    public async Task One_file_that_is_gone_spoils_no_other()
    {
        LfsPathResolver resolver = Resolver("s=0; for f in \"$@\"; do case $f in *dead*) s=2;; *) echo \"/fs/$f\";; esac; done; exit $s");
        IReadOnlyDictionary<string, string> paths = await ResolveAsync(resolver, First, Gone, Second);
        Assert.Equal([First, Second], paths.Keys.Order());
        Assert.Equal($"/fs/[{Second}]", paths[Second]);
    }

    [Fact]
    public async Task A_file_with_several_names_has_its_first()
    {
        LfsPathResolver resolver = Resolver("for f in \"$@\"; do case $f in *0x1:*) echo /fs/a; echo /fs/b;; *) echo /fs/c;; esac; done");
        IReadOnlyDictionary<string, string> paths = await ResolveAsync(resolver, First, Second);
        Assert.Equal("/fs/a /fs/c", $"{paths[First]} {paths[Second]}");
    }

    [Fact]
    public async Task Nothing_but_fids_gets_onto_the_command_line()
    {
        LfsPathResolver resolver = Resolver("for f in \"$@\"; do echo \"/fs/$f\"; done");
        IReadOnlyDictionary<string, string> paths = await ResolveAsync(resolver, "--help", "$(touch x)", "0xabc", First);
        Assert.Equal([First], paths.Keys);
        Assert.Equal([$"fid2path /fs [{First}]"], File.ReadAllLines(CallsPath));
    }

    [Fact]
    public async Task A_program_that_hangs_is_ended()
    {
        LfsPathResolver resolver = Resolver("exec sleep 1000", TimeSpan.FromMilliseconds(200));
        Assert.Empty(await ResolveAsync(resolver, First));
        Assert.Equal(1, _log.CountOf(2031));
    }

    [Fact]
    public async Task A_program_that_is_not_there_is_told_of_once()
    {
        var resolver = new LfsPathResolver("/fs", _log) { Program = Path.Combine(_directory, "none") };
        Assert.Empty(await ResolveAsync(resolver, First));
        Assert.Empty(await ResolveAsync(resolver, Second));
        Assert.Equal(1, _log.CountOf(2030));
    }

    [Fact]
    public void The_cache_keeps_what_was_used_last_and_forgets_misses_after_a_while()
    {
        var time = new Lab.Time.ManualTimeProvider();
        var cache = new PathCache(2, TimeSpan.FromSeconds(60), time);
        cache.Set("a", "/a");
        cache.Set("b", null);
        Assert.True(cache.TryGet("a", out _));
        cache.Set("c", "/c");
        Assert.False(cache.TryGet("b", out _));
        cache.Set("b", null);
        Assert.True(cache.TryGet("b", out string? path));
        Assert.Null(path);
        time.Advance(TimeSpan.FromSeconds(60));
        Assert.False(cache.TryGet("b", out _));
        Assert.Equal(2, cache.Count);
    }

    private static async Task<IReadOnlyDictionary<string, string>> ResolveAsync(LfsPathResolver resolver, params string[] fids) =>
        await resolver.ResolveAsync(fids, TestContext.Current.CancellationToken);

    private LfsPathResolver Resolver(string answer, TimeSpan? timeout = null)
    {
        string program = Path.Combine(_directory, "lfs");
        File.WriteAllText(program, $"#!/bin/sh\necho \"$@\" >> {CallsPath}\nshift 2\n{answer}\n");
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return new("/fs", _log) { Program = program, Timeout = timeout ?? TimeSpan.FromSeconds(20) };
    }
}
