using System.Diagnostics;

namespace Weir.BlockEvents.Tests.LoopDevices;

/// <summary>A loop device over a sparse file of its own; both are gone when it is disposed.</summary>
internal sealed class LoopDevice : IDisposable
{
    private LoopDevice(string path, string file)
    {
        Path = path;
        File = file;
    }

    public string Path { get; }

    public string Name => System.IO.Path.GetFileName(Path);

    public string File { get; }

    public static void SkipUnlessPossible() =>
        Assert.SkipUnless(Environment.IsPrivilegedProcess && System.IO.File.Exists("/dev/loop-control"), "needs root and loop devices");

    public static LoopDevice Create(long sizeBytes)
    {
        string file = System.IO.Path.GetTempFileName();
        try
        {
            using (FileStream stream = System.IO.File.OpenWrite(file)) stream.SetLength(sizeBytes);
            return new(Run("losetup", "--find", "--show", file).Trim(), file);
        }
        catch
        {
            System.IO.File.Delete(file);
            throw;
        }
    }

    /// <summary>Runs a program to its end and gives what it prints.</summary>
    public static string Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false })!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}: {error.Result}");
    }

    public void Dispose()
    {
        try
        {
            Run("losetup", "--detach", Path);
        }
        finally
        {
            System.IO.File.Delete(File);
        }
    }
}
