using Weir.Copytool.Tests.Native;

namespace Weir.Copytool.Tests.Library;

public sealed class BuildTests
{
    private static readonly string[] Interposed =
    [
        "llapi_hsm_action_begin", "llapi_hsm_action_end", "llapi_hsm_copytool_get_fd", "llapi_hsm_copytool_recv", "llapi_hsm_copytool_register",
        "llapi_hsm_copytool_unregister",
    ];

    [Fact]
    public void Make_in_the_sources_gives_the_library_beside_them()
    {
        Toolchain.Directory(Build.Plain);
        (int exitCode, string output) = Toolchain.Run("make", ["-C", Toolchain.LibrarySources]);
        Assert.True(exitCode == 0, output);
        Assert.True(File.Exists(Path.Combine(Toolchain.LibrarySources, "libweir-copytool.so")));
    }

    [Fact]
    public void Only_the_interposed_calls_are_exported()
    {
        Toolchain.Require("nm");
        (int exitCode, string output) = Toolchain.Run("nm", ["-D", "--defined-only", "--format=posix", Path.Combine(Toolchain.Directory(Build.Plain), "libweir-copytool.so")]);
        Assert.True(exitCode == 0, output);
        string[] names = [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')[0]).Order(StringComparer.Ordinal)];
        Assert.Equal(Interposed, names);
    }

    [Fact]
    public void The_library_never_calls_abort_and_needs_no_more_than_jansson()
    {
        Toolchain.Require("nm", "readelf");
        string library = Path.Combine(Toolchain.Directory(Build.Plain), "libweir-copytool.so");
        string undefined = Toolchain.Run("nm", ["-D", "--undefined-only", library]).Output;
        Assert.DoesNotContain(" abort", undefined, StringComparison.Ordinal);
        Assert.DoesNotContain("assert", undefined, StringComparison.Ordinal);
        Assert.DoesNotContain(" exit", undefined, StringComparison.Ordinal);
        string[] needed = [.. Toolchain.Run("readelf", ["-d", library]).Output.Split('\n').Where(line => line.Contains("(NEEDED)", StringComparison.Ordinal)).Select(line => line[(line.IndexOf('[', StringComparison.Ordinal) + 1)..].TrimEnd(']'))];
        Assert.All(needed, name => Assert.Contains(name, (string[])["libjansson.so.4", "libc.so.6", "libpthread.so.0", "libdl.so.2"]));
    }

    [Theory]
    [InlineData(Build.Plain)]
    [InlineData(Build.Address)]
    [InlineData(Build.Thread)]
    [InlineData(Build.Valgrind)]
    public void The_tests_in_C_pass(Build build)
    {
        string target = Toolchain.Directory(build);
        string[] words = ["-C", Toolchain.LibrarySources, "check", $"BUILD={target}"];
        (int exitCode, string output) = Toolchain.Run("make", build switch
        {
            Build.Address => [.. words, "SANITIZE=address,undefined"],
            Build.Thread => [.. words, "SANITIZE=thread"],
            Build.Valgrind => [.. words, "RUN=valgrind -q --leak-check=full --error-exitcode=9"],
            _ => words,
        });
        Assert.True(exitCode == 0, output);
        int programs = Directory.GetFiles(Path.Combine(Toolchain.LibrarySources, "tests"), "*_test.c").Length;
        Assert.Equal(programs, output.Split('\n').Count(line => line.EndsWith(" passed", StringComparison.Ordinal)));
    }
}
