namespace Weir.Cli.Tests.Processes;

/// <summary>A copy of the program whose hash has one wrong bit: neither reading nor writing of drives may go on with it.</summary>
public sealed class BrokenKernelTests : IDisposable
{
    // The first word of HighwayHash's initial state, as it stands in the compiled code.
    private const ulong InitialWord = 0xdbe6d5d5fe4cce2f;

    private readonly string _directory = Directory.CreateTempSubdirectory("weir-").FullName;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Program => Path.Combine(_directory, "program");

    [Fact]
    public async Task Nothing_is_read_or_written_with_it()
    {
        CopyProgram();
        string drives = Path.Combine(_directory, "drives"), file = Path.Combine(_directory, "file");
        await File.WriteAllTextAsync(file, "content", Cancellation);
        using (WeirProcess make = WeirProcess.Of(AppContext.BaseDirectory, "drives", "make", drives, "--set", "2+1", "--bucket", "b", file))
            Assert.Equal((0, ""), (await make.WaitForExitAsync(), await make.Error.ReadToEndAsync(Cancellation)));

        BreakHash();
        string[] disks = Directory.GetDirectories(drives);
        using WeirProcess get = WeirProcess.Of(Program, ["drives", "get", .. disks, "b/file"]);
        await RefusesAsync(get);

        string other = Path.Combine(_directory, "other");
        using WeirProcess remake = WeirProcess.Of(Program, "drives", "make", other, "--set", "2+1", "--bucket", "b", file);
        await RefusesAsync(remake);
        Assert.True(!Directory.Exists(other) || Directory.GetFiles(other, "xl.meta", SearchOption.AllDirectories).Length == 0);
    }

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private static async Task RefusesAsync(WeirProcess weir)
    {
        Assert.Equal(1, await weir.WaitForExitAsync());
        Assert.Equal("", await weir.Out.ReadToEndAsync(Cancellation));
        Assert.Matches(
            "^weir: The [A-Za-z0-9]+ kernels of this processor failed their self-test: HighwayHash of a known message. "
            + "Nothing is read or written with them; WEIR_CODING_PATH names another path.\n$",
            await weir.Error.ReadToEndAsync(Cancellation));
    }

    private void CopyProgram()
    {
        Directory.CreateDirectory(Program);
        foreach (string file in Directory.GetFiles(AppContext.BaseDirectory))
        {
            if (Path.GetExtension(file) is ".dll" or ".json") File.Copy(file, Path.Combine(Program, Path.GetFileName(file)));
        }
    }

    private void BreakHash()
    {
        string library = Path.Combine(Program, "Weir.Erasure.dll");
        byte[] code = File.ReadAllBytes(library);
        int at = code.AsSpan().IndexOf(BitConverter.GetBytes(InitialWord));
        Assert.True(at > 0, "the constant is not in the library as it was");
        code[at + 3] ^= 1;
        File.WriteAllBytes(library, code);
    }
}
