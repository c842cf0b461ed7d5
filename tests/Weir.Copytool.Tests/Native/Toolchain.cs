using System.Diagnostics;
using System.Reflection;

namespace Weir.Copytool.Tests.Native;

/// <summary>How the C sources are built for a run.</summary>
public enum Build
{
    Plain,

    /// <summary>With AddressSanitizer and UndefinedBehaviorSanitizer.</summary>
    Address,

    /// <summary>With ThreadSanitizer.</summary>
    Thread,

    /// <summary>As <see cref="Plain"/>, run by valgrind.</summary>
    Valgrind,
}

/// <summary>Builds the preload library, the stand-in and the test copytool with make, each kind once in a run.</summary>
internal static class Toolchain
{
    private static readonly Lazy<string> Root = new(FindRoot);

    private static readonly Dictionary<Build, Lazy<string>> Built = new()
    {
        [Build.Plain] = new(() => Make(Build.Plain, null)),
        [Build.Address] = new(() => Make(Build.Address, "address,undefined")),
        [Build.Thread] = new(() => Make(Build.Thread, "thread")),
    };

    public static string Repository => Root.Value;

    public static string LibrarySources => Path.Combine(Repository, "native", "copytool-preload");

    /// <summary>The directory with libweir-copytool.so, liblustreapi.so and copytool. Skips the test where there is no compiler.</summary>
    public static string Directory(Build build)
    {
        Require("make", "gcc");
        Assert.SkipUnless(File.Exists("/usr/include/jansson.h"), "libjansson-dev is not installed.");
        if (build == Build.Valgrind) Require("valgrind");
        return Built[build == Build.Valgrind ? Build.Plain : build].Value;
    }

    /// <summary>What goes into LD_PRELOAD: a sanitizer's runtime must come before the library that needs it.</summary>
    public static string Preload(Build build)
    {
        string library = Path.Combine(Directory(build), "libweir-copytool.so");
        return build switch
        {
            Build.Address => $"{Runtime("libasan.so")}:{library}",
            Build.Thread => $"{Runtime("libtsan.so")}:{library}",
            _ => library,
        };
    }

    public static void Require(params string[] programs)
    {
        foreach (string program in programs) Assert.SkipUnless(IsInstalled(program), $"{program} is not installed.");
    }

    /// <summary>Runs a program to its end. Standard output and error together.</summary>
    public static (int ExitCode, string Output) Run(string program, params IEnumerable<string> words)
    {
        var start = new ProcessStartInfo(program, words) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + errors.GetAwaiter().GetResult());
    }

    private static bool IsInstalled(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(directory => File.Exists(Path.Combine(directory, program)));

    private static string Runtime(string name) => Run("gcc", [$"-print-file-name={name}"]).Output.Trim();

    private static string Make(Build build, string? sanitize)
    {
        string target = Path.Combine(Repository, "artifacts", "native", $"{build}");
        string[] options = [$"BUILD={target}", .. sanitize is null ? Array.Empty<string>() : [$"SANITIZE={sanitize}"]];
        foreach (string sources in new[] { LibrarySources, Path.Combine(Repository, "tests", "native") })
        {
            (int exitCode, string output) = Run("make", ["-C", sources, .. options]);
            Assert.True(exitCode == 0, $"make -C {sources} {string.Join(' ', options)}: {output}");
        }

        return target;
    }

    private static string FindRoot()
    {
        string? directory = Path.GetDirectoryName(Assembly.GetExecutingAssembly().Location);
        while (directory is not null && !File.Exists(Path.Combine(directory, "Weir.slnx"))) directory = Path.GetDirectoryName(directory);
        return directory ?? throw new InvalidOperationException("The tests must run inside the repository.");
    }
}
