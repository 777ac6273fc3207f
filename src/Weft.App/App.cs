using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Weft.Training;

namespace Weft.App;

/// <summary>The program: its verbs, and what happens to every error that leaves one.</summary>
internal static class App
{
    private const int HelpWidth = 110;

    public static ExitCode Run(IReadOnlyList<string> arguments, Screen screen)
    {
        try
        {
            var parse = Root(screen).Parse(arguments, new ParserConfiguration { EnablePosixBundling = false, ResponseFileTokenReplacer = null });
            (screen.Json, screen.Quiet, screen.Debug) = (Given(arguments, "--json"), Given(arguments, "--quiet"), Given(arguments, "--debug"));
            if (parse.Action is ParseErrorAction)
                throw ParseErrors.Explain(parse);
            if (parse.Action is HelpAction help)
                help.MaxWidth = HelpWidth;
            else if (parse.CommandResult.Command is Verb)
                MemoryNeed.OfProgram.RequireWithin(MemoryLimit.Current());
            var code = (ExitCode)parse.Invoke(new InvocationConfiguration
            {
                EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null, Output = screen.Output, Error = screen.Error,
            });
            return screen.Json && screen.Output is LastingWriter { Lost: { } lost } ? throw Failures.ToError(lost, arguments) : code;
        }
        catch (Exception exception)
        {
            var error = Failures.ToError(exception, arguments);
            ErrorPrinter.Print(error, screen);
            return ExitCodes.For(error.Kind);
        }
    }

    public static RootCommand Root(Screen screen)
    {
        var root = new RootCommand("Trains, compares and explains image classifiers, in C# from end to end. First run: weft train")
        {
            HelpName = "weft",
            Subcommands =
            {
                new DoctorCommand(screen),
                new DataCommand(screen),
                new ModelsCommand(screen),
                new PlanCommand(screen),
                new LrFindCommand(screen),
                new TrainCommand(screen),
                new ResumeCommand(screen),
                new ExtendCommand(screen),
                new ForkCommand(screen),
                new StudyCommand(screen),
                new SweepCommand(screen),
                new AblateCommand(screen),
                new EvalCommand(screen),
                new AnalyzeCommand(screen),
                new ReportCommand(screen),
                new PredictCommand(screen),
                new ExportCommand(screen),
                new ImportCommand(screen),
                new RunsCommand(screen),
                new CompareCommand(screen),
                new ServeCommand(screen),
                new StudioCommand(screen),
                new TrackCommand(screen),
                new BenchCommand(screen),
                new ConfigCommand(screen),
            },
            Options =
            {
                new Option<bool>("--json") { Description = "One JSON object alone on the last line of standard output; all else goes to standard error.",
                    Recursive = true },
                new Option<bool>("--quiet") { Description = "Nothing for people but errors.", Recursive = true },
                new Option<bool>("--debug") { Description = "Stack traces with errors.", Recursive = true },
            },
        };
        root.Directives.Clear();
        root.SetAction(parse => new HelpAction { MaxWidth = HelpWidth }.Invoke(parse)); // weft alone
        return root;
    }

    private static bool Given(IReadOnlyList<string> arguments, string flag) => arguments.TakeWhile(argument => argument != "--").Contains(flag);
}
