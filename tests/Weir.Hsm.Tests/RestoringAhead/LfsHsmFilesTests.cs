using Weir.Hsm.RestoringAhead;
using Weir.Hsm.Tests.Shipping;

namespace Weir.Hsm.Tests.RestoringAhead;

/// <summary>Against scripts that behave as lfs does.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class LfsHsmFilesTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("weir-lfs-").FullName;
    private readonly ShipperRig.RecordingLogger _log = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private string[] Calls => File.ReadAllLines(Path.Combine(_directory, "calls"));

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task States_are_read_for_many_files_at_once()
    {
        LfsHsmFiles files = Files("""
            echo "/fs/a: (0x0000000d) released exists archived, archive_id:2"
            echo "/fs/b b: (0x00000009) exists archived, archive_id:1"
            echo "/fs/c: (0x00000000)"
            echo "/fs/other: (0x0000000d) released exists archived, archive_id:1"
            echo "lfs hsm_state: cannot get HSM state for '/fs/gone'" >&2
            exit 2
            """);
        var states = await files.ReadStatesAsync(["/fs/a", "/fs/b b", "/fs/c", "/fs/gone"], Cancelled);
        Assert.Equal(["/fs/a", "/fs/b b", "/fs/c"], states!.Keys.Order());
        Assert.Equal((true, 2), (states["/fs/a"].CanBeRestored, states["/fs/a"].ArchiveId));
        Assert.False(states["/fs/b b"].CanBeRestored);
        Assert.False(states["/fs/c"].CanBeRestored);
        Assert.Equal(["hsm_state /fs/a /fs/b b /fs/c /fs/gone"], Calls);
        Assert.Equal(1, _log.CountOf(2309));
    }

    [Theory]
    [InlineData("/fs/a: (0x0000000d) released exists archived, archive_id:1", "/fs/a", 0xd)]
    [InlineData("/fs/a: (0x0000000d) x: (0x00000009) exists archived, archive_id:1", "/fs/a: (0x0000000d) x", 0x9)]
    [InlineData("/fs/a: (0x4000000d) released, archive_id:1", "/fs/a", 0x4000000d)]
    [InlineData("/fs/a: (0xzz) released", null, 0)]
    [InlineData("/fs/a: (0x0d", null, 0)]
    [InlineData("/fs/a: (0x0d) released, archive_id:x", null, 0)]
    [InlineData("/fs/b: (0x0000000d) released", null, 0)]
    [InlineData(": (0x0000000d)", null, 0)]
    [InlineData("", null, 0)]
    public void A_line_is_taken_for_the_path_that_was_asked_for(string line, string? path, int flags)
    {
        bool isTaken = LfsHsmFiles.TryParse(line, ["/fs/a", "/fs/a: (0x0000000d) x"], out string found, out HsmFileState state);
        Assert.Equal(path is not null, isTaken);
        if (path is not null) Assert.Equal((path, (HsmFileFlags)flags), (found, state.Flags));
    }

    [Fact]
    public async Task One_file_that_cannot_be_restored_spoils_no_other()
    {
        LfsHsmFiles files = Files("for f in \"$@\"; do case $f in *bad*) exit 1;; esac; done");
        Assert.Equal(["/fs/a", "/fs/c"], await files.RestoreAsync(["/fs/a", "/fs/bad", "/fs/c"], Cancelled));
        Assert.Equal(["hsm_restore /fs/a /fs/bad /fs/c", "hsm_restore /fs/a", "hsm_restore /fs/bad", "hsm_restore /fs/c"], Calls);
    }

    [Fact]
    public async Task Nothing_is_known_when_no_file_has_a_state()
    {
        Assert.Null(await Files("exit 5").ReadStatesAsync(["/fs/a"], Cancelled));
        Assert.Null(await Files("exec sleep 1000", TimeSpan.FromMilliseconds(200)).ReadStatesAsync(["/fs/a"], Cancelled));
    }

    [Fact]
    public async Task Nothing_but_whole_paths_gets_onto_the_command_line_and_no_shell_sees_them()
    {
        LfsHsmFiles files = Files("");
        await Assert.ThrowsAnyAsync<ArgumentException>(async () => await files.RestoreAsync(["-x"], Cancelled));
        string nasty = $"/fs/$(touch {_directory}/x);'\"`a b*";
        Assert.Equal([nasty], await files.RestoreAsync([nasty], Cancelled));
        Assert.Equal([$"hsm_restore {nasty}"], Calls);
        Assert.False(File.Exists($"{_directory}/x"));
    }

    [Fact]
    public async Task Without_lfs_it_fails()
    {
        var files = new LfsHsmFiles(_log, Path.Combine(_directory, "none"), TimeSpan.FromSeconds(1));
        IOException failed = await Assert.ThrowsAsync<IOException>(async () => await files.ReadStatesAsync(["/fs"], Cancelled));
        Assert.Contains("lfs cannot be run", failed.Message, StringComparison.Ordinal);
    }

    private LfsHsmFiles Files(string answer, TimeSpan? timeout = null)
    {
        string program = Path.Combine(_directory, "lfs");
        File.WriteAllText(program, $"#!/bin/sh\nprintf '%s\\n' \"$*\" >> {_directory}/calls\nshift\n{answer}\n");
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return new(_log, program, timeout ?? TimeSpan.FromSeconds(20));
    }
}
