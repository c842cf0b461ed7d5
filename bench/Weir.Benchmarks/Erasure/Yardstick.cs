using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;

namespace Weir.Benchmarks.Erasure;

/// <summary>libisal and libhighwayhash through bench/yardstick/coding.c, built here with gcc and loaded into this process.</summary>
internal static unsafe partial class Yardstick
{
    private const string Library = "yardstick";

    public static void Build(string scratch)
    {
        string library = Path.Combine(scratch, "libyardstick.so");
        using Process compiler = Process.Start("gcc", ["-O2", "-shared", "-fPIC", "-o", library, Source(), "-lisal", "-lhighwayhash"]);
        compiler.WaitForExit();
        if (compiler.ExitCode != 0)
        {
            throw new InvalidOperationException("The yardstick did not build; it needs gcc, libisal-dev and libhighwayhash-dev.");
        }

        NativeLibrary.SetDllImportResolver(
            Assembly.GetExecutingAssembly(), (name, _, _) => name == Library ? NativeLibrary.Load(library) : 0);
    }

    [LibraryImport(Library, EntryPoint = "yardstick_seconds")]
    public static partial double Seconds();

    [LibraryImport(Library, EntryPoint = "yardstick_tables")]
    public static partial void Tables(int data, int rows, byte* coefficients, byte* tables);

    [LibraryImport(Library, EntryPoint = "yardstick_encode")]
    public static partial void Encode(int length, int data, int rows, byte* tables, byte** inputs, byte** outputs);

    [LibraryImport(Library, EntryPoint = "yardstick_hash")]
    public static partial ulong Hash(ulong* key, byte* bytes, ulong length);

    [LibraryImport(Library, EntryPoint = "yardstick_copy")]
    public static partial void Copy(byte* to, byte* from, ulong length);

    private static string Source()
    {
        for (DirectoryInfo? room = new(AppContext.BaseDirectory); room is not null; room = room.Parent)
        {
            string source = Path.Combine(room.FullName, "bench", "yardstick", "coding.c");
            if (File.Exists(source)) return source;
        }

        throw new FileNotFoundException("bench/yardstick/coding.c lies in no directory above this program.");
    }
}
